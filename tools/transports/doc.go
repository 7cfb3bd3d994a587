// Package transports measures what carries records from the workers of a fleet to its controller.
package transports
