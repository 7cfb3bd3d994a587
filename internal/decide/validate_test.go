package decide

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

// An observation from a file may hold anything; what no phase can have seen is refused, and
// what one has seen is not.
func TestValidateObservations(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	s, _ := classes[0].draw(rng, 0)
	r := NewControlled(usual, twoCriteria, Bounds{Max: 64})
	plan, _ := r.Next()
	good := s.measure(rng, r, plan)
	good.Load.Held, good.Speed = 1e6, SpeedObservation{N: 3, Mean: 4, Variance: 0.1}
	good.Tiers[0].Criteria[0].Inputs = []InputCount{{Bin: 20, N: 2.5, Bad: [2]float64{2.5, 1}}}
	good.Tiers[0].Criteria[0].Stays = []InputCount{{Bin: unitStay, N: 2.5, Bad: [2]float64{2.5, 1}}}
	if err := good.Validate(twoCriteria); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Observation){
		"negative load":     func(o *Observation) { o.Load.Held = -1 },
		"no number":         func(o *Observation) { o.Load.HeldMean = math.NaN() },
		"infinite pace":     func(o *Observation) { o.Pace.WXX = math.Inf(1) },
		"impossible speed":  func(o *Observation) { o.Speed.Mean = -1e9 },
		"block":             func(o *Observation) { o.Block = -1 },
		"beginning":         func(o *Observation) { o.Began = -1 },
		"bin":               func(o *Observation) { o.Tiers[0].Criteria[0].Inputs[0].Bin = 1000 },
		"more bad than all": func(o *Observation) { o.Tiers[0].Criteria[0].Inputs[0].Bad[1] = 3 },
		"stay":              func(o *Observation) { o.Tiers[0].Criteria[0].Stays[0].Bin = -1 },
		"infinite stays":    func(o *Observation) { o.Stays.Spread = math.Inf(1) },
		"no requests":       func(o *Observation) { o.Tiers[0].Criteria[0].Inputs[0].N = 0 },
	} {
		text, err := json.Marshal(good)
		if err != nil {
			t.Fatal(err)
		}
		var o Observation
		if err := json.Unmarshal(text, &o); err != nil {
			t.Fatal(err)
		}
		spoil(&o)
		if err := r.Observe(plan, o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
