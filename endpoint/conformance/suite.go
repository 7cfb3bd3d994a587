package conformance

import (
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/secrets"
)

// A suite is one run of all rules.
type suite struct {
	cfg    Config
	api    endpoint.API
	want   []Capability
	client *endpoint.Client
	conn   *endpoint.Conn
	report Report
	began  time.Time

	secrets *secrets.Finder // of what was sent

	found   endpoint.Findings
	unknown error   // why the preflight failed
	control *answer // as long as the model likes, at most longTokens
	forced  *answer // longTokens by ignore_eos

	mu          sync.Mutex
	left, spent Cost
	answers     int             // that were looked at
	places      map[string]bool // of reasoning in them
	thought     int             // reasoning tokens that usage counts in them
	torn        int             // answers with characters that were torn apart
	wide        int             // answers with characters of several bytes
	split       int             // of these, answers in which a read ended within one
}

func (s *suite) close() {
	s.conn.Close()
	s.client.Close()
}

// allow sets what may be sent from now on.
func (s *suite) allow(c Cost) {
	s.mu.Lock()
	s.left = c
	s.mu.Unlock()
}

// spend takes a request from what the running rule may send, and counts it.
func (s *suite) spend(c Cost) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left.Requests < c.Requests || s.left.OutputTokens < c.OutputTokens || s.left.InputBytes < c.InputBytes {
		return false
	}
	s.left = s.left.plus(Cost{-c.Requests, -c.OutputTokens, -c.InputBytes, 0})
	s.spent = s.spent.plus(c)
	return true
}
