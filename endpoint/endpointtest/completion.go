package endpointtest

import (
	"context"
	"io"
	"net/http"
)

func (e *Engine) serveCompletion(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	number, others := e.enter()
	in := true
	leave := func() {
		if in {
			in = false
			e.leave()
		}
	}
	defer leave()

	q, status, err := e.api().parse(body)
	if err != nil {
		writeError(w, status, err.Error())
		return
	}
	var fault Fault
	if e.Fault != nil {
		fault = e.Fault(number)
	}
	if fault.before(w, r) {
		return
	}
	q.prompt, q.saved = e.cache.count(q)
	e.update(func(s *Stats) {
		s.PromptTokens += q.prompt
		s.CachedTokens += q.saved
	})
	s := &session{engine: e, answer: newAnswer(number, q, fault, w, r, leave)}
	if err := s.serve(e.ttft(others)); err != nil {
		e.update(func(s *Stats) { s.Abandoned++ })
		if e.FinishAbandoned {
			s.silent = true
			s.r = r.WithContext(context.WithoutCancel(r.Context()))
			s.serve(0)
		}
	}
	if fault.Kind == FaultCloseNext {
		closeNext(s.control)
	}
}
