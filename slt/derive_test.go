package slt

import (
	"slices"
	"testing"
)

func TestPlateau(t *testing.T) {
	for _, tt := range []struct {
		name       string
		rule       Plateau
		throughput []float64
		at         int // index of the level at which the plateau is seen; -1: never
	}{
		{"flat", Plateau{}, []float64{200, 400, 800, 1600, 2000, 2000, 2000, 2000}, 6},
		{"exactly 1 % is no gain", Plateau{}, []float64{1000, 1010, 1010}, 2},
		{"a little more is", Plateau{}, []float64{1000, 1010.1, 1010.2, 1010.3}, 3},
		{"falling", Plateau{}, []float64{1000, 900, 800}, 2},
		{"a dip", Plateau{}, []float64{1000, 900, 1100, 1200}, -1},
		// No step of 0.6 % beats the best by 1 %, but two do.
		{"creeping", Plateau{}, []float64{1000, 1006, 1012, 1018, 1024.2}, -1},
		{"nothing at all", Plateau{}, []float64{0, 0}, 1},
		{"settable", Plateau{Gain: 0.2, Levels: 1}, []float64{100, 119}, 1},
		{"any gain counts", Plateau{Gain: -1, Levels: 1}, []float64{100, 100.001, 100.002, 100.002}, 3},
	} {
		g, at := growth{rule: tt.rule.resolve()}, -1
		for i, x := range tt.throughput {
			if g.add(x) {
				at = i
				break
			}
		}
		if at != tt.at {
			t.Errorf("%s: plateau at %d, want %d", tt.name, at, tt.at)
		}
	}
}

// at is a level with a speed; a negative speed is none.
func level(concurrency int, throughput, speed float64) Level {
	l := Level{Concurrency: concurrency, Figures: &Figures{OutputTokensPerSecond: throughput}}
	if speed >= 0 {
		l.Figures.MedianOutputSpeed = &speed
	}
	return l
}

// Where there is no throughput the report says why.
func TestReasonOfAtSpeed(t *testing.T) {
	for _, tt := range []struct {
		name   string
		levels []Level
		want   string
	}{
		{"never", []Level{level(1, 100, 118), level(2, 200, 119), level(4, 200, -1)}, "the fastest level, concurrency 2, has a median of 119.0 tokens/s"},
		{"nothing", nil, "there are no levels"},
		{"no speeds", []Level{level(1, 100, -1)}, "no level has a median speed"},
		{"invalid", []Level{level(1, 100, -1), {Concurrency: 2, Invalid: "late"}}, "no level has a median speed, and 1 of 2 are invalid"},
		{"found", []Level{level(1, 100, 120)}, ""},
	} {
		if got := read(tt.levels, 120); got.Reason != tt.want || (got.OutputTokensPerSecond == nil) == (tt.want == "") {
			t.Errorf("%s: %+v; want %q", tt.name, got, tt.want)
		}
	}
}

func TestReadAtSpeed(t *testing.T) {
	falling := []Level{level(1, 200, 200), level(8, 1200, 150), level(16, 1600, 100), level(32, 1700, 50)}
	for _, tt := range []struct {
		name      string
		levels    []Level
		want      float64 // throughput; 0: none
		how       Case
		between   []int
		recrossed int
	}{
		{"between", falling, 1440, Interpolated, []int{8, 16}, 0}, // at 120
		{"at a level", []Level{level(1, 200, 200), level(4, 480, 120), level(8, 500, 60)}, 480, AtLevel, []int{4, 4}, 0},
		{"all faster", []Level{level(1, 300, 200), level(2, 250, 180)}, 300, AllFaster, []int{1, 1}, 0},
		{"never", []Level{level(1, 100, 119), level(2, 200, 100)}, 0, NeverReached, nil, 0},
		{"no level", nil, 0, NoData, nil, 0},
		{"no speeds", []Level{level(1, 100, -1)}, 0, NoData, nil, 0},
		{"a gap is read across", []Level{level(1, 100, 140), level(2, 200, -1), level(4, 300, 100)}, 200, Interpolated, []int{1, 4}, 0},
		// The first crossing counts, not the lucky level after it.
		{"an invalid level is none", []Level{level(1, 100, 140), {Concurrency: 2, Invalid: "late", InvalidFigures: level(2, 9000, 120).Figures}, level(4, 300, 100)}, 200, Interpolated, []int{1, 4}, 0},
		{"recrossed", []Level{level(1, 100, 140), level(2, 200, 100), level(4, 400, 130), level(8, 500, 60)}, 150, Interpolated, []int{1, 2}, 4},
		{"most failed", []Level{level(1, 100, 160), level(2, 200, 0)}, 125, Interpolated, []int{1, 2}, 0},
	} {
		got := read(tt.levels, 120)
		x := 0.0
		if got.OutputTokensPerSecond != nil {
			x = *got.OutputTokensPerSecond
		}
		if x != tt.want || got.Case != tt.how || !slices.Equal(got.Between, tt.between) || got.Recrossed != tt.recrossed {
			t.Errorf("%s: %v, %s, %v, recrossed at %d; want %v, %s, %v, %d", tt.name, x, got.Case, got.Between, got.Recrossed, tt.want, tt.how, tt.between, tt.recrossed)
		}
	}
}

func TestLevels(t *testing.T) {
	var got []int
	for n := range Levels() {
		if n > 256 {
			break
		}
		got = append(got, n)
	}
	if want := []int{1, 2, 4, 8, 16, 32, 64, 128, 192, 256}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
