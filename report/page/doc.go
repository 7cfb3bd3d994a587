// Package page draws reports as one page of charts: a self-contained HTML file that needs no
// network and is complete without its script, on paper, in dark mode, on a phone, by keyboard
// and with a screen reader.
//
// It shows what reports state and nothing else. A bound is drawn as a bound, a number that is
// tentative is hollow, and a phase that is invalid is crossed and joined to nothing. Whatever is
// unknown is named or left out. Reports are untrusted: their text is escaped, and the size of
// the page is bounded.
package page
