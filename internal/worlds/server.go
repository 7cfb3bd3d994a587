package worlds

import (
	"container/heap"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A Server is a double of a world's system. It is safe for concurrent use.
type Server struct {
	model *Model

	mu       sync.Mutex
	rng      *rand.Rand
	born, at time.Time // at is the instant of all that follows
	pools    []pool
	agents   int // connected
	held     int // the sum of their latest prompts
	prefill  time.Time
	late     time.Time // when the present spell of lateness began, or the next will
	heat     float64
	mood     float64 // logarithm of the factor that wanders
	slot     time.Duration
	slotSlow bool
	tick     *time.Timer
}

// tickEvery is how often a speed that changes by itself is told to the streams: their time
// constants are minutes.
const tickEvery = time.Second

// Serve returns a server of the world that has served nothing yet. Its randomness depends
// on the seed alone.
func (w *World) Serve(seed uint64) *Server {
	s := &Server{model: &w.Model, rng: rand.New(rand.NewPCG(seed, 1)), born: time.Now(), at: time.Now(), slot: -1}
	s.pools = make([]pool, max(1, w.Model.Replicas))
	for i := range s.pools {
		p := &s.pools[i]
		p.timer = time.AfterFunc(math.MaxInt64, func() { s.locked(func() {}) })
	}
	s.tick = time.AfterFunc(math.MaxInt64, func() {
		s.locked(func() {
			if s.agents > 0 {
				s.tick.Reset(tickEvery)
			}
		})
	})
	if every := w.Model.LateEvery; every > 0 {
		s.late = s.born.Add(-time.Duration(s.rng.Int64N(int64(every))))
	}
	s.mood = w.Model.Wander * s.rng.NormFloat64()
	s.locked(func() {})
	return s
}

// Connect returns a new connection for an agent, as agentperf.Config.Connect does. The agent
// counts until it is closed.
func (s *Server) Connect(int) trajectory.Sender {
	s.locked(func() {
		if s.agents++; s.agents == 1 && s.model.Heat+s.model.Wander+s.model.Drift > 0 {
			s.tick.Reset(tickEvery)
		}
	})
	return &sender{server: s}
}

// locked brings the server to the present, calls change, and sets all speeds anew.
func (s *Server) locked(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	dt := now.Sub(s.at).Seconds()
	s.at = now
	for i := range s.pools {
		s.pools[i].work += s.pools[i].rate * dt
	}
	m := s.model
	if m.Heat > 0 {
		goal := m.Heat * float64(s.active())
		s.heat = goal + (s.heat-goal)*math.Exp(-dt/m.HeatLag.Seconds())
	}
	if m.Wander > 0 && dt > 0 {
		keep := math.Exp(-dt / m.WanderLag.Seconds())
		s.mood = s.mood*keep + m.Wander*math.Sqrt(1-keep*keep)*s.rng.NormFloat64()
	}
	for i := range s.pools {
		s.pools[i].finish()
	}
	change()
	common := s.common()
	for i := range s.pools {
		p := &s.pools[i]
		p.rate = common * s.share(len(p.marks))
		p.arm()
	}
}

// active returns the number of streams.
func (s *Server) active() (n int) {
	for i := range s.pools {
		n += len(s.pools[i].marks)
	}
	return n
}

// share returns the speed of each of n streams of a replica.
func (s *Server) share(n int) float64 {
	m := s.model
	if m.Capacity == 0 || n == 0 {
		return m.Speed
	}
	part := m.Capacity / float64(len(s.pools)*n)
	if m.Speed > 0 {
		part = min(part, m.Speed)
	}
	return part
}

// common returns the factor on all speeds.
func (s *Server) common() float64 {
	m, f := s.model, 1.0
	if m.Held > 0 && s.held > 0 {
		f = min(1, m.Held/float64(s.held))
	}
	if n := s.active(); n > 1 {
		f /= 1 + m.Crowd*float64(n-1)
	}
	if m.GapTo > 0 && s.agents >= m.GapFrom && s.agents <= m.GapTo {
		f *= m.GapSpeed
	}
	f *= math.Exp(s.mood) / (1 + s.heat)
	if m.Drift > 0 {
		f *= math.Pow(1-m.Drift, s.at.Sub(s.born).Hours())
	}
	return f
}

// An answer is how the server is going to answer a request.
type answer struct {
	first time.Time // when its first token comes
	fixed float64   // its speed, where nothing else decides it
	own   float64   // else its factor on the speed of its pool
	pool  *pool
}

// admit decides on an answer to c, whose prompt has changed.
func (s *Server) admit(c *sender, r *trajectory.Request) (a answer) {
	s.locked(func() {
		m, prompt := s.model, r.Turn.PromptTokens
		s.held += prompt - c.prompt
		c.prompt = prompt
		a = answer{first: s.at, own: 1, pool: &s.pools[0]}
		if len(s.pools) > 1 {
			h := fnv.New64a()
			h.Write([]byte(r.Session))
			a.pool = &s.pools[h.Sum64()>>32%uint64(len(s.pools))]
		}
		if m.Prefill > 0 {
			if s.prefill.Before(s.at) {
				s.prefill = s.at
			}
			s.prefill = s.prefill.Add(time.Duration(float64(max(0, prompt-c.cached(r))) / m.Prefill * 1e9))
			a.first = s.prefill
		}
		a.first = a.first.Add(m.TTFT + s.spell())
		if m.Context > 0 {
			a.own /= 1 + float64(prompt)/m.Context
		}
		if m.Spread > 0 {
			a.own *= math.Exp(m.Spread * s.rng.NormFloat64())
		}
		if m.SlowTurn > 0 && r.Index >= m.SlowTurn {
			a.own *= m.SlowTurnSpeed
		}
		if s.slow() {
			a.fixed = m.SlowSpeed
		}
	})
	return a
}

// spell returns by how much the first token of a request that begins now is late.
func (s *Server) spell() time.Duration {
	m := s.model
	if m.LateEvery == 0 {
		return 0
	}
	for !s.at.Before(s.late.Add(m.LateFor)) {
		gap := m.LateEvery - m.LateFor
		if m.LateRandom {
			gap = time.Duration(float64(gap) * s.rng.ExpFloat64())
		}
		s.late = s.late.Add(m.LateFor + gap)
	}
	if s.at.Before(s.late) || s.rng.Float64() >= m.LateShare {
		return 0
	}
	return m.Late
}

// slow draws whether an answer that begins now is slow for reasons of its own.
func (s *Server) slow() bool {
	m, p := s.model, s.model.SlowShare
	if m.SlowHalf > 0 {
		odds := math.Pow(float64(s.agents)/m.SlowHalf, m.SlowPower) / 3
		p = odds / (1 + odds)
	}
	if m.SlowSpell > 0 {
		if slot := s.at.Sub(s.born) / m.SlowSpell; slot != s.slot {
			s.slot, s.slotSlow = slot, s.rng.Float64() < m.SlowCommon*p
		}
		if s.slotSlow {
			return true
		}
		p = (1 - m.SlowCommon) * p / (1 - m.SlowCommon*p)
	}
	return s.rng.Float64() < p
}

// open begins the stream of an answer of so many tokens after the first.
func (s *Server) open(a answer, tokens int) *stream {
	x := &stream{pool: a.pool, own: a.own, done: make(chan struct{})}
	s.locked(func() {
		x.begun = a.pool.work
		x.mark = x.begun + float64(tokens)/a.own
		heap.Push(&a.pool.marks, x)
	})
	return x
}

// made returns how many tokens of a stream have been made.
func (s *Server) made(x *stream) (n int) {
	s.locked(func() { n = int((x.pool.work - x.begun) * x.own) })
	return n
}

// abandon ends a stream that nobody listens to any more.
func (s *Server) abandon(x *stream) {
	s.locked(func() {
		if x.at >= 0 {
			heap.Remove(&x.pool.marks, x.at)
		}
	})
}
