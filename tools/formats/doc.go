// Package formats tests what package report writes, its schemas, and how internal/exposition
// reads pages of metrics, with the libraries that others use for them. It is a module of its
// own, so that they are not the library's.
package formats
