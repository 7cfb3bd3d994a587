package decide

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/internal/record"
	"github.com/google/go-cmp/cmp"
)

// measure runs the phase of a plan block by block until the rule has seen enough.
func (s *system) measure(rng *rand.Rand, r Rule, plan Plan) Observation {
	o := Observation{Agents: plan.Agents, Ending: record.Decided, Tiers: make([]TierObservation, 1)}
	block := plan.Look.Seconds()
	var books [2]book
	next := time.Duration(0)
	s.run(rng, plan.Agents, func(now float64, play int, bad [2]bool) bool {
		for o.Measured.Seconds()+block <= now {
			o.Measured += plan.Look
			if o.Measured < next {
				continue
			}
			next = o.Measured + o.Measured/20 // as a run does
			o.Tiers[0].Criteria = []CriterionObservation{
				books[0].observation(OutputSpeed.Name, limits[0], o.Measured.Seconds()),
				books[1].observation(TTFT.Name, limits[1], o.Measured.Seconds()),
			}
			if r.Stop(plan, o) {
				return false
			}
		}
		// A request is known to be late at the ceiling, and to be slow at its end.
		first := ceiling
		if !bad[1] {
			u := rng.Float64()
			first *= u * u
		}
		end := first + s.lasts*math.Exp(0.4*rng.NormFloat64())
		at := int(now / block)
		books[0].open = append(books[0].open, request{at, play, now + end, bad[0]})
		books[1].open = append(books[1].open, request{at, play, now + first, bad[1]})
		return true
	})
	return o
}

// A book does for one criterion what Observe does, but is not made anew for each
// look: that would be most of the time of a simulation.
type book struct {
	blocks       []confseq.Block
	plays, cells confseq.Sum
	perPlay      []pages
	open         []request
}

// pages are of one play: all its requests, and those by block.
type pages struct {
	all   confseq.Block
	first int // block
	cells []confseq.Block
}

type request struct {
	block, play int
	known       float64 // when
	bad         bool
}

// shift adds n requests, k of them bad.
func (b *book) shift(r *request, n, k float64) {
	for len(b.blocks) <= r.block {
		b.blocks = append(b.blocks, confseq.Block{})
	}
	b.blocks[r.block].N += n
	b.blocks[r.block].K += k
	for len(b.perPlay) <= r.play {
		b.perPlay = append(b.perPlay, pages{first: -1})
	}
	p := &b.perPlay[r.play]
	if p.first < 0 {
		p.first = r.block
	}
	for r.block < p.first { // requests become known in another order
		p.cells, p.first = slices.Insert(p.cells, 0, confseq.Block{}), p.first-1
	}
	for len(p.cells) <= r.block-p.first {
		p.cells = append(p.cells, confseq.Block{})
	}
	shift(&b.plays, &p.all, n, k)
	shift(&b.cells, &p.cells[r.block-p.first], n, k)
}

func shift(s *confseq.Sum, b *confseq.Block, n, k float64) {
	count := func(b confseq.Block, by int) {
		f := float64(by)
		s.NN += f * b.N * b.N
		s.NK += f * b.N * b.K
		s.KK += f * b.K * b.K
		if b.N > 0 {
			s.Clusters += by
		}
		if b.K > 0 {
			s.Bad += by
		}
		if b.K < b.N {
			s.Good += by
		}
	}
	count(*b, -1)
	b.N += n
	b.K += k
	count(*b, 1)
}

// observation returns what is known at an instant.
func (b *book) observation(criterion string, limit, now float64) CriterionObservation {
	b.open = slices.DeleteFunc(b.open, func(r request) bool {
		if r.known > now {
			return false
		}
		b.shift(&r, 1, one(r.bad))
		return true
	})
	p := CriterionObservation{Name: criterion, Limit: limit}
	for i := range b.open {
		b.shift(&b.open[i], 1, 1)
	}
	p.For = b.evidence()
	for i := range b.open {
		b.shift(&b.open[i], 0, -1)
	}
	p.Against = b.evidence()
	for i := range b.open {
		b.shift(&b.open[i], -1, 0)
	}
	return p
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func (b *book) evidence() confseq.Evidence {
	e := confseq.Evidence{Plays: b.plays, Cells: b.cells}
	for _, block := range b.blocks {
		if block.N > 0 {
			e.Blocks = append(e.Blocks, block)
		}
	}
	return e
}

// TestBook compares a book with the samples that Observe takes.
func TestBook(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var b book
	for range 2000 {
		r := request{rng.IntN(30), rng.IntN(12), rng.Float64(), rng.IntN(3) == 0}
		b.open = append(b.open, r)
	}
	all := slices.Clone(b.open)
	for _, now := range []float64{0.3, 0.7, 1} {
		var pass, fail confseq.Sample
		for _, r := range all {
			open := r.known > now
			pass.Add(int64(r.block), r.play, open || r.bad)
			fail.Add(int64(r.block), r.play, !open && r.bad)
		}
		want := CriterionObservation{Name: "speed", Limit: 0.25, For: pass.Evidence(), Against: fail.Evidence()}
		if d := cmp.Diff(want, b.observation("speed", 0.25, now)); d != "" {
			t.Errorf("at %v (-samples +book):\n%s", now, d)
		}
	}
}
