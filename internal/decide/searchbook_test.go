package decide

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/confseq"
	gocmp "github.com/google/go-cmp/cmp"
)

// measure runs the phase of a plan, with plays of its own, until the window is as long as the
// plan has it or the rule has seen enough. What goes on is in its steady state before the
// window begins, and requests count at the instant their fate is known, whenever they began.
func (s *system) measure(rng *rand.Rand, r Rule, plan Plan) Observation {
	o := Observation{Agents: plan.Agents, Draw: plan.Draw, Ending: record.Complete, Block: cmp.Or(plan.Block, plan.Look), Tiers: make([]TierObservation, 1)}
	block := o.Block.Seconds()
	var books [2]book
	look, lead := time.Duration(0), s.lead()
	observe := func() Observation {
		o.Tiers[0].Criteria = []CriterionObservation{
			books[0].observation(OutputSpeed.Name, limits[0], block, o.Measured.Seconds()),
			books[1].observation(TTFT.Name, limits[1], block, o.Measured.Seconds()),
		}
		return o
	}
	s.run(rng, plan.Agents, lead, func(now float64, play int, bad [2]bool) bool {
		for o.Measured.Seconds()+block <= now {
			o.Measured += o.Block
			if o.Measured >= plan.Most {
				return false
			}
			if plan.Look == 0 || o.Measured < look {
				continue
			}
			look = o.Measured + o.Measured/20 // as a run does
			if r.Stop(plan, observe()) {
				o.Ending = record.Decided
				return false
			}
		}
		if now >= 0 {
			o.Load.Requests++
		}
		// A request is known to be late at the ceiling, and to be slow at its end.
		first := ceiling
		if !bad[1] {
			u := rng.Float64()
			first *= u * u
		}
		end := now + first + s.lasts*math.Exp(0.4*rng.NormFloat64())
		for c, known := range [...]float64{end, now + first} {
			if known >= 0 {
				books[c].open = append(books[c].open, request{play, known, bad[c]})
			}
		}
		return true
	})
	o = observe()
	o.Began = ramp(plan.Agents, plan.SpawnRate) + plan.Settle
	o.Took = o.Began + o.Measured
	s.clock += o.Took.Seconds()
	return o
}

// lead is how long before the window requests begin that may meet their fate in it.
func (s *system) lead() float64 { return ceiling + 4*s.lasts }

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
	play  int
	known float64 // when its fate is, since the window began
	bad   bool
}

// add adds a request that met its fate in a block.
func (b *book) add(r *request, block int) {
	for len(b.blocks) <= block {
		b.blocks = append(b.blocks, confseq.Block{})
	}
	b.blocks[block].N++
	b.blocks[block].K += one(r.bad)
	for len(b.perPlay) <= r.play {
		b.perPlay = append(b.perPlay, pages{first: -1})
	}
	p := &b.perPlay[r.play]
	if p.first < 0 {
		p.first = block
	}
	for block < p.first { // requests become known in another order
		p.cells, p.first = slices.Insert(p.cells, 0, confseq.Block{}), p.first-1
	}
	for len(p.cells) <= block-p.first {
		p.cells = append(p.cells, confseq.Block{})
	}
	shift(&b.plays, &p.all, 1, one(r.bad))
	shift(&b.cells, &p.cells[block-p.first], 1, one(r.bad))
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
func (b *book) observation(criterion string, limit, block, now float64) CriterionObservation {
	b.open = slices.DeleteFunc(b.open, func(r request) bool {
		if r.known >= now {
			return false
		}
		b.add(&r, int(r.known/block))
		return true
	})
	e := b.evidence()
	return CriterionObservation{Name: criterion, Limit: limit, For: e, Against: e}
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
		b.open = append(b.open, request{rng.IntN(12), 30 * rng.Float64(), rng.IntN(3) == 0})
	}
	all := slices.Clone(b.open)
	for _, now := range []float64{9, 20, 30} {
		var sample confseq.Sample
		for _, r := range all {
			if r.known < now {
				sample.Add(int64(r.known), r.play, r.bad)
			}
		}
		e := sample.Evidence()
		want := CriterionObservation{Name: "speed", Limit: 0.25, For: e, Against: e}
		if d := gocmp.Diff(want, b.observation("speed", 0.25, 1, now)); d != "" {
			t.Errorf("at %v (-samples +book):\n%s", now, d)
		}
	}
}
