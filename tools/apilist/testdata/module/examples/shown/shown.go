// Package shown is an example, and no part of an API.
package shown

func Exported() {}
