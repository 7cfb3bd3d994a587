// Package tags is a fixture: files that are built for one system only, and one that is for none.
package tags

func Both() { system() }
