package decide

import (
	"slices"
	"testing"

	"github.com/agentperf/agentperf-go/search"
)

// oracle answers questions of a joint search for levels whose limits are known. A first
// answer is unsure, a second one sure, unless the n is too close to call.
type oracle struct {
	limits []int
	// close are the n of which nobody can be sure.
	close []int
	known []map[int]belief
	asked []question
}

func newOracle(limits ...int) *oracle {
	o := &oracle{limits: limits}
	for range limits {
		o.known = append(o.known, make(map[int]belief))
	}
	return o
}

func (o *oracle) beliefs() (all [][]belief) {
	for _, known := range o.known {
		var bs []belief
		for _, b := range known {
			bs = append(bs, b)
		}
		all = append(all, bs)
	}
	return all
}

func (o *oracle) run(t *testing.T, j *joint) {
	t.Helper()
	for {
		q, ok := j.Next(o.beliefs())
		if !ok {
			return
		}
		if o.asked = append(o.asked, q); len(o.asked) > 200 {
			t.Fatalf("%d questions: %v", len(o.asked), o.asked[:20])
		}
		for i, limit := range o.limits {
			b := belief{N: q.N, Lean: search.Fail, Sure: o.known[i][q.N].Sure}
			if q.N <= limit {
				b.Lean = search.Pass
			}
			if q.Sure[i] {
				b.Spent = slices.Contains(o.close, q.N)
				b.Sure = !b.Spent
			}
			o.known[i][q.N] = b
		}
	}
}

func TestJointFindsAllLimits(t *testing.T) {
	for limit := range 70 {
		for _, other := range []int{0, 1, 5, 40, limit, limit + 1} {
			o, j := newOracle(limit, other), &joint{Max: 64}
			o.run(t, j)
			for i, want := range o.limits {
				s := j.Stand(o.beliefs()[i])
				want = min(want, 64)
				fail := want + 1
				if want == 64 {
					fail = 0
				}
				if s.Pass != want || s.Fail != fail || len(s.Contradictions) > 0 {
					t.Fatalf("limits %v: %+v for level %d", o.limits, s, i)
				}
			}
			// Doubling and bisection, and a sure answer on either side.
			if most := 2 * (2*7 + 4); len(o.asked) > most {
				t.Errorf("limits %v: %d questions, want at most %d", o.limits, len(o.asked), most)
			}
		}
	}
}

// Where nobody can be sure of the neighbors, the nearest that can be are found.
func TestJointTooCloseToCall(t *testing.T) {
	o, j := newOracle(50), &joint{}
	for n := 46; n <= 55; n++ {
		o.close = append(o.close, n)
	}
	o.run(t, j)
	s := j.Stand(o.beliefs()[0])
	if s.Pass < 35 || s.Pass > 45 || s.Fail < 56 || s.Fail > 66 {
		t.Errorf("%+v", s)
	}
	if s.Lean != 50 || s.Limit != 51 {
		t.Errorf("%+v leans elsewhere", s)
	}
}

// What was asked for one level is not asked again for another, and what settles more
// for its cost is asked first.
func TestJointShares(t *testing.T) {
	same, alone := newOracle(20, 20, 20), newOracle(20)
	same.run(t, &joint{})
	alone.run(t, &joint{})
	if len(same.asked) != len(alone.asked) {
		t.Errorf("%d questions for three equal levels, %d for one", len(same.asked), len(alone.asked))
	}
	cost := func(n int, sure bool) float64 {
		if sure {
			return 1000
		}
		return 1
	}
	o := newOracle(20, 3)
	o.run(t, &joint{Cost: cost})
	sure := slices.IndexFunc(o.asked, func(q question) bool { return slices.Contains(q.Sure, true) })
	for _, q := range o.asked[sure:] {
		if !slices.Contains(q.Sure, true) {
			t.Errorf("a first answer at %d after a dear one: %v", q.N, o.asked)
		}
	}
}

func TestJointStand(t *testing.T) {
	pass := func(n int) belief { return belief{N: n, Lean: search.Pass, Sure: true} }
	fail := func(n int) belief { return belief{N: n, Lean: search.Fail, Sure: true} }
	spent := func(b belief) belief { b.Spent = true; return b }
	for _, tt := range []struct {
		name    string
		beliefs []belief
		want    standing
		next    int // 0 when settled
	}{
		{"nothing", nil, standing{}, 1},
		{"neighbors", []belief{pass(4), fail(5)}, standing{Pass: 4, Fail: 5, Lean: 4, Limit: 5}, 0},
		{"a lean above a sure failure is no news", []belief{pass(4), fail(5), {N: 8, Lean: search.Pass}}, standing{Pass: 4, Fail: 5, Lean: 4, Limit: 5}, 0},
		{"a lean below a sure pass is none either", []belief{pass(4), fail(5), {N: 2, Lean: search.Fail}}, standing{Pass: 4, Fail: 5, Lean: 4, Limit: 5}, 0},
		{"a contradiction asks for the failure again", []belief{fail(8), pass(12), pass(7)},
			standing{Pass: 7, Fail: 8, Lean: 7, Limit: 8, Contradictions: []search.Contradiction{{Pass: 12, Fail: 8}}}, 8},
		{"and then for the pass", []belief{spent(fail(8)), pass(12), pass(7)},
			standing{Pass: 7, Fail: 8, Lean: 7, Limit: 8, Contradictions: []search.Contradiction{{Pass: 12, Fail: 8}}}, 12},
		{"of which the failure counts in the end", []belief{spent(fail(8)), spent(pass(12)), pass(7)},
			standing{Pass: 7, Fail: 8, Lean: 7, Limit: 8, Contradictions: []search.Contradiction{{Pass: 12, Fail: 8}}}, 0},
		{"what could not be judged is tried again", []belief{{N: 4, Lean: search.Pass}, {N: 8}}, standing{Lean: 4}, 8},
		{"and then left", []belief{{N: 4, Lean: search.Pass}, {N: 8, Spent: true}}, standing{Lean: 4}, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := &joint{}
			s := j.Stand(tt.beliefs)
			if s.Pass != tt.want.Pass || s.Fail != tt.want.Fail || s.Lean != tt.want.Lean || s.Limit != tt.want.Limit ||
				!slices.Equal(s.Contradictions, tt.want.Contradictions) {
				t.Errorf("%+v, want %+v", s, tt.want)
			}
			slices.Reverse(tt.beliefs)
			if q, ok := j.Next([][]belief{tt.beliefs}); q.N != tt.next || ok != (tt.next > 0) {
				t.Errorf("next is %v, want %d", q, tt.next)
			}
		})
	}
}

// Whatever is believed, the search ends and asks within its limits.
func FuzzJoint(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, uint8(9))
	f.Add([]byte{255, 0, 17}, uint8(1))
	f.Fuzz(func(t *testing.T, noise []byte, most uint8) {
		j := &joint{Max: 1 + int(most)}
		known := make([]map[int]belief, 2)
		for i := range known {
			known[i] = make(map[int]belief)
		}
		for step := 0; ; step++ {
			var all [][]belief
			for _, m := range known {
				var bs []belief
				for _, b := range m {
					bs = append(bs, b)
				}
				all = append(all, bs)
			}
			q, ok := j.Next(all)
			if !ok {
				return
			}
			if q.N < 1 || q.N > j.Max || step > 2000 {
				t.Fatalf("step %d asks %v", step, q)
			}
			for i := range known {
				b := known[i][q.N]
				draw := byte(step * 31)
				if len(noise) > 0 {
					draw ^= noise[(step+i)%len(noise)]
				}
				again := b.N > 0
				b = belief{N: q.N, Lean: search.Verdict(draw % 3), Sure: draw&4 > 0 && q.Sure[i], Spent: again && (draw&8 > 0 || step > 1000)}
				if b.Lean == search.Unclear {
					b.Sure = false
				}
				known[i][q.N] = b
			}
		}
	})
}
