package bus_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/bus/bustest"
)

func TestConformance(t *testing.T) {
	bustest.Run(t, func() (a, b bus.Conn) {
		var h bus.Hub
		return h.Conn(bus.Controller), h.Conn(bustest.Worker)
	})
}

// hub runs f in a bubble with a receiver b, and returns what arrived there and when,
// in seconds.
func hub(t *testing.T, f func(h *bus.Hub, publish func(from, data string))) string {
	var got []string
	synctest.Test(t, func(t *testing.T) {
		var h bus.Hub
		defer h.Close()
		start := time.Now()
		conns := map[string]bus.Conn{"a": h.Conn("a"), "b": h.Conn("b"), "c": h.Conn("c")}
		err := conns["b"].Subscribe("to.*", func(_ string, data []byte) {
			got = append(got, fmt.Sprintf("%s@%g", data, time.Since(start).Seconds()))
		})
		if err != nil {
			t.Fatal(err)
		}
		f(&h, func(from, data string) {
			if err := conns[from].Publish("to.b", []byte(data)); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Hour)
		synctest.Wait()
	})
	return strings.Join(got, " ")
}

func TestFaults(t *testing.T) {
	got := hub(t, func(h *bus.Hub, publish func(from, data string)) {
		h.Faults = func(m bus.Message) []time.Duration {
			if m.To != "b" || m.Subject != "to.b" {
				t.Errorf("%+v", m)
			}
			switch string(m.Data) {
			case "lost":
				return nil
			case "twice":
				return []time.Duration{0, 0}
			case "late":
				return []time.Duration{3 * time.Second}
			case "again":
				return []time.Duration{0, 9 * time.Second}
			}
			return []time.Duration{0}
		}
		publish("a", "1")
		publish("a", "lost")
		publish("a", "twice")
		publish("a", "late")
		publish("a", "behind") // in a's order
		publish("c", "other")  // of c, which waits for nobody
		time.Sleep(time.Second)
		publish("c", "again") // its copy holds nothing up
		publish("c", "last")
	})
	if want := "1@0 twice@0 twice@0 other@0 again@1 last@1 late@3 behind@3 again@10"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCut(t *testing.T) {
	got := hub(t, func(h *bus.Hub, publish func(from, data string)) {
		h.Faults = func(m bus.Message) []time.Duration {
			if string(m.Data) == "underway" {
				return []time.Duration{time.Second}
			}
			return []time.Duration{0}
		}
		publish("a", "1")
		publish("a", "underway")
		synctest.Wait()
		h.Cut("b")
		publish("a", "2")
		time.Sleep(2 * time.Second)
		h.Heal("b")
		publish("a", "3")
		synctest.Wait()
		h.Cut("a")
		publish("a", "4")
		publish("c", "5") // c is not cut
		h.Heal("a")
		publish("a", "6")
	})
	if want := "1@0 3@2 5@2 6@2"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A fault may depend on what came before, and cut the connection it sees.
func TestFaultThatCuts(t *testing.T) {
	got := hub(t, func(h *bus.Hub, publish func(from, data string)) {
		seen := 0
		h.Faults = func(m bus.Message) []time.Duration {
			if seen++; seen == 2 {
				h.Cut(m.From)
			}
			return []time.Duration{time.Second}
		}
		for i := range 4 {
			publish("c", fmt.Sprint(i))
		}
		publish("a", "a")
	})
	if want := "a@1"; got != want {
		t.Errorf("got %s, want %s: what was underway is lost with the cut", got, want)
	}
}

// A thousand messages that nobody takes for an hour are all there afterwards, in order.
func TestQueueHasNoBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h bus.Hub
		defer h.Close()
		a, b := h.Conn("a"), h.Conn("b")
		var got []string
		if err := b.Subscribe("x", func(_ string, data []byte) {
			if len(got) == 0 {
				time.Sleep(time.Hour)
			}
			got = append(got, string(data))
		}); err != nil {
			t.Fatal(err)
		}
		var want []string
		for i := range 1000 {
			want = append(want, fmt.Sprint(i))
			if err := a.Publish("x", fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if !slices.Equal(got, want) {
			t.Errorf("got %d messages, or another order", len(got))
		}
	})
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "rack-7": true, "0": true, strings.Repeat("a", 63): true,
		"": false, strings.Repeat("a", 64): false, "A": false, "a.b": false, "*": false, ">": false, "a_b": false, "a\n": false, "ä": false,
	} {
		if bus.ValidName(name) != want {
			t.Errorf("%q: expected %v", name, want)
		}
	}
}
