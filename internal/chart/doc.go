// Package chart draws charts as SVG within HTML: bars, lines, numbered steps and series over
// time, with their axes, labels and the tables behind them.
//
// A chart has no fixed width. Positions along x are percentages and those along y are pixels, so
// that text and marks keep their size on a phone, on a screen and on paper, and what must stay
// apart does so at each of these widths. Colors are classes, s0 to s11, which a style sheet
// defines; series are told apart by marks and dashes as well.
//
// All text is escaped, and what would turn its order around or is invisible is shown as an
// escape. What is not a finite number is not drawn. Equal input gives equal bytes.
package chart
