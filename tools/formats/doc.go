// Package formats tests what package report writes, and its schemas, with the libraries that
// others read it with. It is a module of its own, so that they are not the library's.
package formats
