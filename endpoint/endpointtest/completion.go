package endpointtest

import (
	"cmp"
	"net/http"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

func (e *Engine) serveCompletion(w http.ResponseWriter, r *http.Request) {
	body := simserver.ReadBody(r)
	number, others := e.enter()
	in := true
	leave := func() {
		if in {
			in = false
			e.leave()
		}
	}
	defer leave()

	q, status, err := e.api().Parse(r.URL.Path, body)
	if err != nil {
		simserver.WriteError(w, r, status, err.Error())
		return
	}
	var fault simserver.Fault
	if e.Fault != nil {
		fault = e.Fault(number).inject()
	}
	if fault.Before(w, r) {
		return
	}
	q.Prompt, q.Cached = e.cache.count(q)
	act, err := e.player.Act(string(e.Trick), number, &q)
	if err != nil {
		simserver.WriteError(w, r, http.StatusInternalServerError, err.Error())
		return
	}
	if act.Refusal != "" {
		simserver.WriteError(w, r, cmp.Or(act.Status, http.StatusBadRequest), act.Refusal)
		return
	}
	e.update(func(s *Stats) {
		s.PromptTokens += q.Prompt
		s.CachedTokens += q.Cached
	})
	s := &session{engine: e, Stream: simserver.NewStream(number, q, fault, w, r, leave)}
	s.Perform(act)
	if err := s.serve(e.ttft(others)); err != nil {
		e.update(func(s *Stats) { s.Abandoned++ })
		if e.FinishAbandoned {
			s.Detach()
			s.serve(0)
		}
	}
	s.End()
}
