package pricing_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
)

func TestParseUSD(t *testing.T) {
	for _, tt := range []struct {
		text string
		want pricing.USD
		out  string
	}{
		{"2.50", 2_500_000_000_000, "$2.50"},
		{"$14.2416", 14_241_600_000_000, "$14.2416"},
		{"0", 0, "$0.00"},
		{"0.000000000001", 1, "$0.000000000001"},
		{"1.0000000000000", pricing.Dollar, "$1.00"},
		{"-3.1", -3_100_000_000_000, "-$3.10"},
		{"-$3", -3 * pricing.Dollar, "-$3.00"},
		{"9223372.036854775807", math.MaxInt64, "$9223372.036854775807"},
	} {
		got, err := pricing.ParseUSD(tt.text)
		if err != nil || got != tt.want || got.String() != tt.out {
			t.Errorf("%q is %d, %v, %v; want %d, %s", tt.text, got, got, err, tt.want, tt.out)
		}
	}
	for _, text := range []string{"", "$", ".", "1.", ".5", "1e3", "2,50", "--1", "+1", "NaN", "inf", "0x1", "1 ", "1.0000000000001", "9223372.036854775808", "99999999999999999999"} {
		if got, err := pricing.ParseUSD(text); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
	if _, err := pricing.ParseUSD("9223373"); !errors.Is(err, pricing.ErrOverflow) {
		t.Errorf("too much is %v, want an overflow", err)
	}
}

func TestText(t *testing.T) {
	for _, tt := range []struct {
		usd    pricing.USD
		places int
		want   string
	}{
		{444_444_444_444, 3, "$0.444"}, {445_000_000_000, 2, "$0.45"}, {-445_000_000_000, 2, "-$0.45"},
		{1_999_999_999_999, 2, "$2.00"}, {5, 99, "$0.000000000005"}, {500_000_000_000, 0, "$1"},
	} {
		if got := tt.usd.Text(tt.places); got != tt.want {
			t.Errorf("%d to %d places is %s, want %s", tt.usd, tt.places, got, tt.want)
		}
	}
}

func TestShort(t *testing.T) {
	for _, tt := range []struct {
		usd  pricing.USD
		want string
	}{
		{6_207_233_333_333, "$6.21"}, {7_865_600_000_000, "$7.87"}, {12 * pricing.Dollar, "$12.00"}, {pricing.Dollar, "$1.00"},
		{444_444_444_444, "$0.444"}, {500_000_000_000, "$0.50"}, {99_990_000_000, "$0.10"}, {1_250_000_000, "$0.00125"},
		{-444_444_444_444, "-$0.444"}, {0, "$0.00"}, {5, "$0.000000000005"}, {999_999_999_999, "$1.00"}, {1234_567_000_000_000, "$1234.57"},
	} {
		if got := tt.usd.Short(); got != tt.want {
			t.Errorf("%d is %s, want %s", tt.usd, got, tt.want)
		}
	}
}

// Any amount survives printing, parsing and JSON.
func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		u := pricing.USD(rng.Int64() >> rng.IntN(63))
		if rng.IntN(2) == 0 {
			u = -u
		}
		if got, err := pricing.ParseUSD(u.String()); err != nil || got != u {
			t.Fatalf("%d prints as %s and is read as %d, %v", u, u, got, err)
		}
		text, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		var back pricing.USD
		if err := json.Unmarshal(text, &back); err != nil || back != u || !json.Valid(text) {
			t.Fatalf("%d is %s in JSON and %d again, %v", u, text, back, err)
		}
	}
}

func TestUnmarshalUSD(t *testing.T) {
	for text, want := range map[string]pricing.USD{"4.44e-7": 444_000, "2.5E0": 5 * pricing.Dollar / 2, "-1.5": -3 * pricing.Dollar / 2, "null": 7, "1e-13": 0} {
		u := pricing.USD(7)
		if err := json.Unmarshal([]byte(text), &u); err != nil || u != want {
			t.Errorf("%s is %d, %v; want %d", text, u, err, want)
		}
	}
	for _, text := range []string{`"2.5"`, "1e7", "1e99999", "[]", "true", "0.0000000000001"} {
		var u pricing.USD
		if err := json.Unmarshal([]byte(text), &u); err == nil {
			t.Errorf("%s is %v, want an error", text, u)
		}
	}
}

func TestCostPerMillion(t *testing.T) {
	for _, tt := range []struct {
		price        pricing.USD
		accelerators int
		throughput   float64
	}{
		{0, 8, 100}, {-1, 8, 100}, {pricing.Dollar, 0, 100}, {pricing.Dollar, 8, 0}, {pricing.Dollar, 8, -5},
		{pricing.Dollar, 8, math.NaN()}, {pricing.Dollar, 8, math.Inf(1)}, {math.MaxInt64, math.MaxInt32, 1e-9},
	} {
		if got, err := pricing.CostPerMillion(tt.price, tt.accelerators, tt.throughput); err == nil {
			t.Errorf("%+v costs %v, want an error", tt, got)
		}
	}
	// A picodollar over 3 x 10^6/3600 tokens/s: rounded, half to even.
	for _, tt := range []struct {
		price pricing.USD
		at    float64 // tokens per second
		want  pricing.USD
	}{
		{36, 10_000, 1}, {18, 10_000, 0}, {54, 10_000, 2}, {55, 10_000, 2}, {17, 10_000, 0}, {19, 10_000, 1},
	} {
		if got, err := pricing.CostPerMillion(tt.price, 1, tt.at); err != nil || got != tt.want {
			t.Errorf("%d picodollars at %v tokens/s are %d a million, %v; want %d", tt.price, tt.at, got, err, tt.want)
		}
	}
}

func FuzzParseUSD(f *testing.F) {
	f.Add("2.50")
	f.Add("-$0.000000000001")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := pricing.ParseUSD(text)
		if err != nil {
			return
		}
		if back, err := pricing.ParseUSD(u.String()); err != nil || back != u {
			t.Fatalf("%q is %v, read back as %v, %v", text, u, back, err)
		}
	})
}
