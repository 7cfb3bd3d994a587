// Package embedded has files that use each other through embedded fields.
package embedded

type Inner struct{}
