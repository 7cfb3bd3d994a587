// Package hidden is internal, and no part of an API.
package hidden

type Number int
