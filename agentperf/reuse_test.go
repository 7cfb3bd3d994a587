package agentperf_test

import (
	"bytes"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A store is a cache of unlimited size in pages of so many bytes.
type store struct {
	page int

	mu    sync.Mutex
	pages map[string]bool // by all the text up to their end
}

// take returns how many bytes of the text it has, and keeps all of it.
func (s *store) take(text string) (hit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil {
		s.pages = make(map[string]bool)
	}
	for end := s.page; end <= len(text); end += s.page {
		if s.pages[text[:end]] && hit == end-s.page {
			hit = end
		}
		s.pages[text[:end]] = true
	}
	return hit
}

// The report says what the workload allows, and what the server states beside it: with an
// honest cache of any page size that is no more, and with a large one nearly as much. A server
// whose count is more than that is named.
func TestReuseAllowed(t *testing.T) {
	honest := func(page int) *tokenizer {
		cache := store{page: page}
		return &tokenizer{bytes: 4, cached: func(text string, tokens int) int { return cache.take(text) / 4 }}
	}
	all := func(part float64) *tokenizer {
		return &tokenizer{bytes: 4, cached: func(_ string, tokens int) int { return int(part * float64(tokens)) }}
	}
	hidden := func(text string, tokens int) int { return 0 }
	for _, tt := range []struct {
		name     string
		server   *tokenizer
		position trajectory.PrefixPosition
		replay   float64 // what the workload allows, by hand
		least    float64 // of what is measured
		warned   bool
	}{
		// 4096, 4608, ... 6656 tokens are 32,256 in all. The first turn has 2,048 that all
		// sessions share, each other one all that the one before had.
		{"pages of 16 tokens", honest(64), "", (2048 + 4096 + 4608 + 5120 + 5632 + 6144) / 32256., 0.8, false},
		{"pages of 1024 tokens", honest(4096), "", (2048 + 4096 + 4608 + 5120 + 5632 + 6144) / 32256., 0.6, false},
		{"prefix in front", honest(64), trajectory.PrefixFront, (4096 + 4608 + 5120 + 5632 + 6144) / 32256., 0.7, false},
		{"no prefix", honest(64), trajectory.PrefixNone, 1, 0.9, false},
		{"no cache", &tokenizer{bytes: 4, cached: hidden}, "", (2048 + 4096 + 4608 + 5120 + 5632 + 6144) / 32256., 0, false},
		{"all is said to be cached", all(1), "", (2048 + 4096 + 4608 + 5120 + 5632 + 6144) / 32256., 0.99, true},
		{"and nearly all, with a prefix in front", all(0.95), trajectory.PrefixFront, (4096 + 4608 + 5120 + 5632 + 6144) / 32256., 0.94, true},
		{"and nobody can tell without one", all(1), trajectory.PrefixNone, 1, 0.99, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, _ := checked(t, tt.server, func(c *agentperf.Config) {
				c.Policy.Prefix = tt.position
				c.Rule = agentperf.Point{SpawnRate: -1, Settle: 10 * time.Second, Measure: time.Minute, MinTrajectories: -1, MinPerAgent: -1, Drain: time.Second}
			})
			reuse, f := report.Config.Reuse, report.Phases[0].Figures
			if reuse == nil || math.Abs(reuse.Replay-tt.replay) > 0.01 || f.AllowedCachedRatio == nil || math.Abs(*f.AllowedCachedRatio-tt.replay) > 0.05 {
				t.Fatalf("the workload allows %+v and the requests %v, want %.3f", reuse, *f.AllowedCachedRatio, tt.replay)
			}
			if f.CachedRatio == nil || *f.CachedRatio < tt.least || !tt.warned && *f.CachedRatio > *f.AllowedCachedRatio+0.005 {
				t.Errorf("cached %v of %v, want at least %v", *f.CachedRatio, *f.AllowedCachedRatio, tt.least)
			}
			if text := warned(report.Phases[0].Warnings, "cached_beyond"); (text != "") != tt.warned {
				t.Errorf("warning %q, want one: %v", text, tt.warned)
			}
			var table bytes.Buffer
			report.WriteTable(&table)
			if !strings.Contains(table.String(), "by the server's count; the requests allow") {
				t.Error(table.String())
			}
		})
	}
}

// What does not fit the context is not counted.
func TestReuseAfterTheCut(t *testing.T) {
	report, _ := checked(t, &tokenizer{bytes: 4}, func(c *agentperf.Config) { c.ContextTokens = 4900 })
	// Two turns are left, of 4,096 and 4,608 tokens. Of three sessions two find the shared
	// tokens of the first.
	reuse := report.Config.Reuse
	if reuse == nil || math.Abs(reuse.Session-4096./8704) > 0.01 || math.Abs(reuse.Sessions-(3*4096.+2*2048)/(3*8704)) > 0.01 || math.Abs(reuse.Replay-(2048+4096.)/8704) > 0.01 {
		t.Errorf("%+v", reuse)
	}
	f := report.Phases[0].Figures
	if f.CachedRatio != nil || f.AllowedCachedRatio == nil || math.Abs(*f.AllowedCachedRatio-reuse.Replay) > 0.05 {
		t.Errorf("cached %v of %v", f.CachedRatio, f.AllowedCachedRatio)
	}
}
