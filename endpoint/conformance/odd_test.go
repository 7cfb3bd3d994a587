package conformance_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"
)

// An odd is a server that answers as a script says: 10 ms for each token. Its zero value is
// plain: it does what every rule but reasoning and TLS asks for, and has no context window.
type odd struct {
	role       string // the first event of an answer; "-" for none
	roleEarly  bool   // it comes at once and not with the first token
	piece      func(i int) string
	delta      func(text string) string // the delta of a token
	beside     string                   // what is in every event beside its choices
	finish     string                   // finish_reason of events that are not the last; empty means null
	end        string                   // what ends the answer after the finish_reason; "-" for nothing
	usage      func(prompt, cached, n int) string
	natural    int  // tokens of an answer without ignore_eos; 0 for as many as allowed
	ignoresEOS bool // ignore_eos has no effect
	silent     int  // of forced answers, tokens at the end that have no text
	limit      string
	fields     []string // of requests, that are refused
	noRunning  bool
	anyModel   bool
	textErrors bool
	window     int  // of the context, stated and held
	truncates  bool // a prompt that is too long is answered all the same
	wholeCall  bool // a tool call comes in one event
	crlf       bool
	comments   bool
	atOnce     int             // requests that are answered at once; 0 for all
	hold       bool            // the whole answer is sent at its end
	random     bool            // no answer is as the last
	dialect    func() *dialect // for one answer; nil for a chat completion

	once    sync.Once
	slots   chan struct{}
	asked   atomic.Int64
	longest atomic.Int64 // prompt so far, in bytes
}

func (s *odd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		if !strings.HasSuffix(r.URL.Path, "/models") {
			http.NotFound(w, r)
			return
		}
		window := ""
		if s.window > 0 {
			window = fmt.Sprintf(`,"max_model_len":%d`, s.window)
		}
		fmt.Fprintf(w, `{"data":[{"id":"m"%s}]}`, window)
		return
	}
	raw, _ := io.ReadAll(r.Body)
	body := gjson.ParseBytes(raw)
	refuse := func(status int, text string) {
		if s.textErrors {
			http.Error(w, text, status)
			return
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"object":"error","message":%q,"code":%d}`, text, status)
	}
	if s.dialect != nil && strings.HasSuffix(r.URL.Path, "/count_tokens") {
		count := s.dialect().count
		if count == nil {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `{"input_tokens":%d}`, count(len(body.Get("messages").Raw)/4))
		return
	}
	said := body.Get("messages")
	limit, most := "max_tokens", 0
	if strings.HasSuffix(r.URL.Path, "/responses") {
		said, limit = body.Get("input"), "max_output_tokens"
	}
	prompt := len(said.Raw) / 4
	if s.limit != "" {
		limit = s.limit
	}
	most = int(body.Get(limit).Int())
	switch {
	case !gjson.ValidBytes(raw) || !said.IsArray():
		refuse(400, "not a request")
		return
	case !s.anyModel && body.Get("model").Str != "m":
		refuse(404, "no such model")
		return
	case s.limit != "" && body.Get("max_tokens").Exists():
		refuse(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
		return
	case s.window > 0 && prompt+most > s.window && !s.truncates:
		refuse(400, fmt.Sprintf("This model's maximum context length is %d tokens", s.window))
		return
	}
	for _, name := range s.fields {
		if body.Get(name).Exists() {
			refuse(400, "unknown field "+name)
			return
		}
	}
	if s.atOnce > 0 {
		s.once.Do(func() { s.slots = make(chan struct{}, s.atOnce) })
		s.slots <- struct{}{}
		defer func() { <-s.slots }()
	}
	s.answer(w, r, body, said, most)
}

func (s *odd) answer(w http.ResponseWriter, r *http.Request, body, said gjson.Result, n int) {
	prompt := len(said.Raw) / 4
	number := s.asked.Add(1)
	forced := body.Get("ignore_eos").Bool() && !s.ignoresEOS
	finish := "length"
	if s.natural > 0 && s.natural < n && !forced {
		n, finish = s.natural, "stop"
	}
	cached := 0
	if before := s.longest.Load(); len(said.Array()) > 1 && before > 1000 {
		cached = int(before) / 4
	}
	if int64(len(said.Raw)) > s.longest.Load() {
		s.longest.Store(int64(len(said.Raw)))
	}
	var held strings.Builder
	line := "\n"
	if s.crlf {
		line = "\r\n"
	}
	send := func(text string) {
		text = strings.ReplaceAll(text, "\n", line)
		if s.hold {
			held.WriteString(text)
			return
		}
		io.WriteString(w, text)
		http.NewResponseController(w).Flush()
	}
	usage := s.usage
	if usage == nil {
		usage = func(prompt, cached, n int) string {
			return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}`, prompt, n, cached)
		}
	}
	event := func(delta, finish string, tokens int) string {
		running := ""
		if body.Get("stream_options.continuous_usage_stats").Bool() && !s.noRunning {
			running = `,"usage":` + usage(prompt, cached, tokens)
		}
		return `data: {"id":"x"` + s.beside + `,"choices":[{"index":0,"delta":` + delta + `,"finish_reason":` + finish + `}]` + running + "}\n\n"
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	http.NewResponseController(w).Flush()
	first := ""
	counts := counts{prompt, cached, 0, n}
	var dialect *dialect
	if s.dialect != nil {
		dialect = s.dialect()
	}
	switch {
	case dialect != nil:
		first = dialect.begin(counts)
	case s.role == "-":
	case s.role != "":
		first = event(s.role, "null", 0)
	default:
		first = event(`{"role":"assistant"}`, "null", 0)
	}
	if s.roleEarly {
		send(first)
		first = ""
	}
	reason := "null"
	if s.finish != "" {
		reason = s.finish
	}
	call := body.Get("tool_choice").IsObject()
	for i := range n {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
		text := " word"
		if s.piece != nil {
			text = s.piece(i)
		}
		if s.random {
			text = fmt.Sprintf(" %d", number)
		}
		delta := `{"content":"` + text + `"}`
		switch {
		case forced && i >= n-s.silent:
			delta = `{"content":""}`
		case call && s.wholeCall:
			delta = `{}`
			if i == n-1 {
				delta = `{"tool_calls":[{"index":0,"id":"c","function":{"name":"run","arguments":"{\"command\":\"ls\"}"}}]}`
			}
		case call && i == 0:
			delta = `{"tool_calls":[{"index":0,"id":"c","function":{"name":"run","arguments":"{\"command\":\""}}]}`
		case call && i == n-1:
			delta = `{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]}`
		case call:
			delta = `{"tool_calls":[{"index":0,"function":{"arguments":"x"}}]}`
		case s.delta != nil:
			delta = s.delta(text)
		}
		if counts.made = i + 1; dialect != nil {
			if call && dialect.call != nil {
				send(first + dialect.call(i, n))
			} else {
				send(first + dialect.token(i, text, counts))
			}
			first = ""
			continue
		}
		if s.comments && i%5 == 0 {
			send(": keep-alive\n\n")
		}
		send(first + event(delta, reason, i+1))
		first = ""
	}
	if dialect != nil {
		send(dialect.end(finish == "length", call && dialect.call != nil, counts))
		io.WriteString(w, held.String())
		return
	}
	end := event(`{}`, `"`+finish+`"`, n)
	if body.Get("stream_options.include_usage").Bool() {
		end += `data: {"choices":[],"usage":` + usage(prompt, cached, n) + "}\n\n"
	}
	switch s.end {
	case "":
		end += "data: [DONE]\n\n"
	case "-":
	case "cut": // the last event is over with the body
		end = strings.TrimRight(end, "\n")
	}
	send(end)
	io.WriteString(w, held.String())
}
