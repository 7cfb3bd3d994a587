// Package fixture is the module's own.
package fixture

var Root = 1
