package simulate_test

import (
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// heated takes 10 ms for a cold step and up to so much more, as a share, for a hot
// one, and is fully loaded with so many sequences.
func heated(slowdown float64, constant time.Duration, slots int) simulate.Pool {
	return simulate.Pool{StepOverhead: 10 * ms, Slots: slots, Heat: simulate.Heat{Slowdown: slowdown, TimeConstant: constant}}
}

// Under full load, a step that begins t after a cold start takes 1 + Slowdown ×
// (1 - exp(-t / TimeConstant)) times as long as a cold one: in closed form, where
// the system goes from step to step. 3,000 steps are four time constants.
func TestHeatUnderFullLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := events(t, system(t, simulate.Config{Pool: heated(0.5, 10*time.Second, 1)}), body(3000, message("a", 20)))
		began := 0
		for k, e := range got {
			want := 10_000 * (1 + 0.5*(1-math.Exp(-float64(began)/10e6)))
			if took := float64(e.us - began); math.Abs(took-want) > 1.5 { // instants are cut to 1 us
				t.Fatalf("step %d, %d us after the start, took %.0f us, want %.1f", k, began, took, want)
			}
			began = e.us
		}
		if len(got) != 3000 || began < 40e6 {
			t.Errorf("%d steps in %d us", len(got), began)
		}
	})
}

// At half of its slots it goes to half of its heat; TimeConstant × ln 2 later
// half of that is gone.
func TestHeatOfHalfLoadCoolsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		constant := time.Second
		c := client(t, system(t, simulate.Config{Pool: heated(1, constant, 2)}))
		if r := must(t, c, body(1, message("a", 20))); r.ttft() != 10*ms {
			t.Errorf("cold: %v, want 10ms", r.ttft())
		}
		must(t, c, body(1000, message("a", 20))) // ten time constants and more
		time.Sleep(time.Duration(math.Ln2 * float64(constant)))
		if r := must(t, c, body(1, message("a", 20))); (r.ttft() - 12500*time.Microsecond).Abs() > time.Microsecond {
			t.Errorf("half of half of the heat: %v, want 12.5ms", r.ttft())
		}
	})
}

// An agent who waits 1.5 s between answers of 100 tokens, which take 1 s cold and
// 1 + h seconds at heat h. In the long run the heat is the share of time with an
// answer: h = (1 + h) / (1 + h + 1.5), whose positive solution is 1/2.
func TestHeatOfAnAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, system(t, simulate.Config{Pool: heated(1, 30*time.Second, 1)}))
		var sum time.Duration
		const cold, hot = 80, 40 // answers: eight time constants, and then four
		for i := range cold + hot {
			if r := must(t, c, body(100, message("a", 20))); i >= cold {
				sum += r.E2E
			}
			time.Sleep(1500 * ms)
		}
		if mean := (sum / hot).Seconds(); math.Abs(mean-1.5) > 0.005 {
			t.Errorf("answers take %.4f s, want 1.5", mean)
		}
	})
}

// Each replica has its own heat: of two requests at once one meets a cold one.
func TestHeatOfReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := heated(1, 100*ms, 1)
		pool.Replicas = 2
		s := system(t, simulate.Config{Pool: pool})
		must(t, client(t, s), body(1000, message("a", 20)))
		if got, want := together(t, s, 2, 20, 1), []time.Duration{10 * ms, 20 * ms}; !slices.Equal(got, want) {
			t.Errorf("took %v, want %v", got, want)
		}
	})
}
