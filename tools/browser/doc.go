// Package browser tests the page of reports in a real browser.
//
// It is a module of its own, so that the driver is no dependency of the library. There
// is nothing in it but tests, which skip where no Chromium is installed:
//
//	go test -C tools/browser ./...
package browser
