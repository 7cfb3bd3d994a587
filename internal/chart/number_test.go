package chart

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		f    func(float64) string
		v    float64
		want string
	}{
		{Number, 0, "0"}, {Number, 0.00123, "0.0012"}, {Number, 0.0456, "0.05"}, {Number, 1.234, "1.23"}, {Number, 9.996, "10"},
		{Number, 10, "10"}, {Number, 12.34, "12.3"}, {Number, 99.96, "100"}, {Number, 1234.5, "1,235"}, {Number, 1234567, "1,234,567"},
		{Number, -1234, "-1,234"}, {Number, 1e300, "1e+300"}, {Number, math.NaN(), "-"}, {Number, math.Inf(1), "-"}, {Number, 1e-300, "0"},
		{Seconds, 0.0088, "8.8\u00a0ms"}, {Seconds, 0.179, "179\u00a0ms"}, {Seconds, 0.9996, "1\u00a0s"}, {Seconds, 5, "5\u00a0s"},
		{Seconds, 119, "119\u00a0s"}, {Seconds, 150, "2.5\u00a0min"}, {Seconds, 7200, "2\u00a0h"}, {Seconds, math.NaN(), "-"},
		{Share, 0.801, "80.1\u00a0%"}, {Share, 1, "100\u00a0%"},
		{USD, 0.356, "$0.36"}, {USD, 2, "$2.00"}, {USD, 0.0123, "$0.01"}, {USD, 0.0012, "$0.0012"}, {USD, 1234, "$1,234"},
	} {
		if got := tt.f(tt.v); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.v, got, tt.want)
		}
	}
	if got := List([]string{"a", "b", "c"}); got != "a, b and c" {
		t.Error(got)
	}
	if got := Count(1, "agent", "agents") + "; " + Count(1000, "agent", "agents"); got != "1\u00a0agent; 1,000\u00a0agents" {
		t.Error(got)
	}
}
