package identity_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/identity"
)

//lint:ignore U1000 reflection comes upon hidden
type stateful struct{ State, hidden int }

func (stateful) judge() {}

type node struct {
	Value int
	Next  *node
}

type list []list

type stamped struct {
	time.Time
	Zone string
}

// Whatever cannot be represented is an error that names it, even while it is nil,
// and none when it is exempt.
func TestMustBeExempt(t *testing.T) {
	type element struct{ Hook func() }
	tests := map[string]struct {
		config any
		want   string // of the error
		exempt string
	}{
		"func":               {struct{ Dial func() }{}, `Dial is a func and cannot be part of an identity: exempt "Dial", or a field around it, with a reason`, "Dial"},
		"func that is set":   {struct{ Dial func() }{func() {}}, "Dial is a func", "Dial"},
		"channel":            {struct{ C <-chan int }{}, "C is a chan", "C"},
		"writer":             {struct{ Requests io.Writer }{}, "Requests is of type io.Writer", "Requests"},
		"writer that is set": {struct{ Requests io.Writer }{new(bytes.Buffer)}, "Requests is of type io.Writer", "Requests"},
		"reader":             {struct{ R io.ReadCloser }{}, "R is of type io.ReadCloser", "R"},
		"unexported":         {stateful{}, "hidden is an unexported field", "hidden"},
		"nested":             {struct{ A struct{ B stateful } }{}, "A.B.hidden is an unexported field", "A.B.hidden"},
		"nil pointer":        {struct{ Logger *slog.Logger }{}, "Logger.handler is an unexported field", "Logger"},
		"no elements":        {struct{ Hooks []func() }{}, `Hooks[] is a func and cannot be part of an identity: exempt "Hooks"`, "Hooks"},
		"no entries":         {struct{ M map[string]*element }{}, `M[].Hook is a func and cannot be part of an identity: exempt "M[].Hook"`, "M[].Hook"},
		"embedded":           {struct{ stateful }{}, "stateful is an unexported field", "stateful"},
		"dynamic":            {struct{ Rule Rule }{stateful{}}, "Rule.(identity_test.stateful).hidden is an unexported field", "Rule.(identity_test.stateful).hidden"},
		"dynamic func":       {struct{ V any }{func() {}}, `V.(func()) is a func and cannot be part of an identity: exempt "V"`, "V"},
		"dynamic context":    {struct{ C context.Context }{t.Context()}, "C.(context.cancelCtx).mu is an unexported field", "C"},
		"dynamic elements":   {struct{ V []any }{[]any{1, stateful{}, stateful{}}}, "V[1].(identity_test.stateful).hidden", "V[].(identity_test.stateful).hidden"},
		"keys":               {struct{ M map[int]int }{}, "M is of type map[int]int, whose keys are not strings", "M"},
		"complex":            {struct{ C complex128 }{}, "C is a complex128", "C"},
		"recursive":          {struct{ List node }{}, "List.Next is of type identity_test.node, which contains itself", "List.Next"},
		"recursive slice":    {struct{ L list }{}, "L[] is of type identity_test.list, which contains itself", "L"},
		"text of a part":     {struct{ At stamped }{}, "At is of type identity_test.stamped, whose text may be that of an embedded field", "At"},
	}
	for name, test := range tests {
		_, err := identity.Of(test.config, identity.Options{})
		if err == nil || !strings.HasPrefix(err.Error(), "identity: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		} else if n := strings.Count(err.Error(), test.want); n != 1 {
			t.Errorf("%s: the error says it %d times: %v", name, n, err)
		}
		got, err := identity.Of(test.config, identity.Options{Exempt: identity.Exemptions{test.exempt: "a test"}})
		if err != nil {
			t.Errorf("%s: exempt: %v", name, err)
		}
		if last := test.exempt[strings.LastIndexByte(test.exempt, '.')+1:]; strings.Contains(string(got), `"`+last+`"`) {
			t.Errorf("%s: exempt, and the identity is %s", name, got)
		}
	}
}

// All that is wrong is said at once.
func TestAllErrors(t *testing.T) {
	_, err := identity.Of(struct {
		A func()
		B chan int
		C int
	}{}, identity.Options{Exempt: identity.Exemptions{"C": "", "D": "a test"}})
	const want = `identity: A is a func and cannot be part of an identity: exempt "A", or a field around it, with a reason
identity: B is a chan and cannot be part of an identity: exempt "B", or a field around it, with a reason
identity: the exemption of C has no reason
identity: the exemption of D names no field, or one of a field that is exempt`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// An exemption has to lead somewhere, unless an interface holds another type now.
func TestExemptionsThatNameNothing(t *testing.T) {
	type config struct {
		Endpoint *struct{ APIKey, URL string }
		Tiers    []Point
		Rule     Rule
	}
	for _, path := range []string{
		"Endpoint.APIKey", "Tiers[].Measure", "Tiers", "Rule",
		"Rule.(*identity_test.Controlled).ErrorRate", "Rule.(identity_test.Controlled).ErrorRate", "Rule.(identity_test.Other).X",
	} {
		if _, err := identity.Of(config{}, identity.Options{Exempt: identity.Exemptions{path: "a test"}}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{
		"", "endpoint", "Endpoint.Key", "Endpoint.APIKey.X", "Tiers.Measure", "Tiers[0].Measure", "Tiers[]", "Rule.Measure",
		"Rule.(identity_test.Point)", "Rule.(identity_test.Point).Block", "Endpoint.(identity_test.Point).Measure", "Rules.(identity_test.Point).Measure", "Rule.(identity",
	} {
		_, err := identity.Of(config{Rule: Point{}}, identity.Options{Exempt: identity.Exemptions{path: "a test"}})
		if err == nil || !strings.Contains(err.Error(), "the exemption of "+path+" names no field") {
			t.Errorf("%s: error %v", path, err)
		}
		if path == "" {
			continue
		}
		_, err = identity.Of(config{Rule: Point{}}, identity.Options{Salted: []string{path}})
		if err == nil || !strings.Contains(err.Error(), path+" is ") {
			t.Errorf("salted %s: error %v", path, err)
		}
	}
	// What stays of a rule is what is not exempt.
	o := identity.Options{Exempt: identity.Exemptions{"Rule.(identity_test.Controlled).ErrorRate": "a test"}}
	got, err := identity.Of(config{Rule: &Controlled{ErrorRate: 0.1}}, o)
	if err != nil || strings.Contains(string(got), "ErrorRate") || !strings.Contains(string(got), "Block") {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestBadValues(t *testing.T) {
	type config struct {
		F    []float64
		S    map[string]string
		At   time.Time
		Any  any
		Raw  []byte
		Head http.Header
	}
	cycle := map[string]any{}
	cycle["a"] = []any{cycle}
	self := []any{nil}
	self[0] = self
	var pointer any
	pointer = &pointer
	deep := any(1)
	for range 60 {
		deep = []any{deep}
	}
	for want, c := range map[string]config{
		"F[1] is NaN, expected a finite number": {F: []float64{0, math.NaN()}},
		"F[0] is -Inf":                          {F: []float64{math.Inf(-1)}},
		`S["a"] is not UTF-8`:                   {S: map[string]string{"a": "\xff"}},
		`S["\xff"] is not UTF-8`:                {S: map[string]string{"\xff": ""}},
		"At has no text":                        {At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		`["a"].([]interface {})[0].(map[string]interface {}) contains itself`: {Any: cycle},
		"Any.([]interface {})[0].([]interface {}) contains itself":            {Any: self},
		"contains itself":             {Any: pointer},
		"is more than 50 levels deep": {Any: deep},
	} {
		if got, err := identity.Of(c, identity.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %s and error %v, want %q", got, err, want)
		}
	}
	// The same thing twice is no cycle, and neither is a part that begins alike.
	shared := []any{1, 2, nil}
	shared[2] = shared[:2]
	if _, err := identity.Of(config{Any: []any{shared, shared, shared[:0]}}, identity.Options{}); err != nil {
		t.Error(err)
	}
	for _, root := range []any{nil, 1, "", (*config)(nil), map[string]int{}, []config{{}}, time.Time{}, new(*config)} {
		if got, err := identity.Of(root, identity.Options{}); err == nil || !strings.Contains(err.Error(), "expected a struct") {
			t.Errorf("%T: %s, %v", root, got, err)
		}
	}
}
