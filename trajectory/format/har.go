package format

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A harParser reads HTTP archives of requests to chat completions and to
// Anthropic's messages API. A request continues the session that it begins with;
// see chains. Headers, cookies and query strings are not read.
type harParser struct {
	rd     *reader
	calls  []harCall
	others int // entries that are no such requests
	file   string
	store  trajectory.Store // of the contexts in keys
	keys   map[*trajectory.History]*trajectory.History
	moving *regexp.Regexp
}

type harCall struct {
	file  string
	entry int
	begun time.Time
	turn  trajectory.Turn
	key   *trajectory.History
}

func newHARParser(rd *reader) *harParser {
	return &harParser{
		rd:     rd,
		moving: regexp.MustCompile(`,?"cache_control":\{[^{}]*\}|<system-reminder>.*?</system-reminder>(?:\\n)*`),
		keys:   make(map[*trajectory.History]*trajectory.History),
	}
}

// key returns a context without what clients change between requests of one
// session: cache marks, and reminders inserted into messages for one request.
func (p *harParser) key(c *trajectory.History) *trajectory.History {
	if c == nil {
		return nil
	}
	key, ok := p.keys[c]
	if !ok {
		plain := p.moving.ReplaceAll(c.Last().JSON(), nil)
		var err error
		if key, err = p.store.Append(p.key(c.Front()), plain); err != nil {
			key, _ = p.store.Append(p.key(c.Front()), c.Last().JSON()) // the unchanged message is valid
		}
		p.keys[c] = key
	}
	return key
}

func (p *harParser) read(name string, f *file) {
	data, ok := p.rd.document(name, f)
	if !ok {
		return
	}
	p.file = name
	entries := parse(data).Get("log.entries")
	if !entries.IsArray() {
		p.rd.at(name, 0)("log.entries", errors.New("missing or not an array"))
		return
	}
	i := 0
	entries.ForEach(func(_, entry gjson.Result) bool {
		if field, err := p.entry(name, i, entry); err != nil {
			p.rd.atRecord(name, 0)(fmt.Sprintf("log.entries[%d].%s", i, field), err)
		}
		i++
		return !p.rd.full()
	})
}

// entry reads one request and its response. An error concerns the returned field.
func (p *harParser) entry(name string, i int, entry gjson.Result) (field string, err error) {
	body := entry.Get("request.postData.text")
	where, err := url.Parse(entry.Get("request.url").Str)
	if err != nil || body.Type != gjson.String {
		p.others++
		return "", nil
	}
	chat := strings.HasSuffix(where.Path, "/chat/completions")
	if !chat && !strings.HasSuffix(where.Path, "/v1/messages") {
		p.others++
		return "", nil
	}
	if status := entry.Get("response.status").Int(); status >= 400 {
		p.rd.note(trajectory.Finding{File: name, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "failed-call",
			Text: fmt.Sprintf("entry %d was answered with status %d; left out", i, status)})
		return "", nil
	}
	text, err := harBody(entry.Get("request.postData"))
	if err != nil {
		// Recorders leave out bodies that are long, and say so in their place.
		p.rd.mended(trajectory.Finding{File: name, Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleBody},
			"log.entries[%d].request.postData.text: %v; the call is left out", i, err)
		return "", nil
	}
	c := harCall{file: name, entry: i}
	if c.begun, err = time.Parse(time.RFC3339, entry.Get("startedDateTime").Str); err != nil {
		return "startedDateTime", fmt.Errorf("%s, expected a time like 2006-01-02T15:04:05Z", clip(entry.Get("startedDateTime").Raw))
	}
	c.turn.ModelTime = seconds(entry.Get("time").Num / 1000)
	payload := gjson.Parse(text)
	s := p.rd.session("", name)
	if chat {
		err = chatPayload(s, payload)
	} else {
		err = anthropicPayload(s, payload)
	}
	if err != nil {
		return "request.postData.text", err
	}
	c.turn.History, c.turn.Tools, c.turn.CacheMarks, c.turn.CacheTTL = s.context, s.tools, s.marks, s.ttl
	c.turn.RecordedTools, c.turn.BillingLine = s.recordedTools, s.billing
	c.turn.MaxOutputTokens = tokens(payload.Get("max_tokens"))
	if n := tokens(payload.Get("max_completion_tokens")); n > 0 {
		c.turn.MaxOutputTokens = n
	}
	c.key = p.key(s.context)
	u := harUsage(entry.Get("response.content"))
	c.turn.PromptTokens, c.turn.OutputTokens = u.input, u.output
	c.turn.CompletionTokens = c.turn.OutputTokens
	p.rd.check(place{name, 0, fmt.Sprintf("%s#%d", plainName(name), i), -1}, u)
	p.calls = append(p.calls, c)
	return "", nil
}

// chatPayload adds the messages of a request to chat completions.
func chatPayload(s *sessionBuilder, payload gjson.Result) error {
	var err error
	if s.tools, err = s.rd.tools(payload.Get("tools")); err != nil {
		return fmt.Errorf("tools%w", err)
	}
	for i, m := range payload.Get("messages").Array() {
		if i == maxMessages {
			return fmt.Errorf("more than %d messages", maxMessages)
		}
		if err := s.add([]byte(m.Raw)); err != nil {
			return fmt.Errorf("messages[%d]: %w", i, err)
		}
	}
	if s.context == nil {
		return errors.New("no messages")
	}
	return nil
}

func (p *harParser) trajectories() []*trajectory.Trajectory {
	if len(p.calls) == 0 {
		p.rd.note(trajectory.Finding{
			File: p.file, Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleNoCalls,
			Text: fmt.Sprintf("%d requests, but none to /chat/completions or /v1/messages", p.others),
		})
	}
	slices.SortStableFunc(p.calls, func(a, b harCall) int { return a.begun.Compare(b.begun) })
	cs := newChains(p.rd)
	for _, c := range p.calls {
		cs.add(c.turn, c.key, fmt.Sprintf("%s#%d", plainName(c.file), c.entry), c.file, c.begun)
	}
	return cs.trajectories()
}
