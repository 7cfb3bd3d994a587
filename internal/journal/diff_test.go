package journal_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

func TestDiff(t *testing.T) {
	tests := []struct {
		old, new string
		want     []string
	}{
		{`{}`, `{}`, nil},
		{`{"a":1,"b":[true,null,{"c":"d"}]}`, " {\"b\": [true, null, {\"c\": \"\\u0064\"}],\n\"a\": 1}", nil},
		{`{"rules":{"measure_seconds":30}}`, `{"rules":{"measure_seconds":60}}`, []string{"rules.measure_seconds: was 30, now 60"}},
		{`{"b":1,"a":"x"}`, `{"c":null,"b":true}`, []string{`a: was "x", now absent`, "b: was 1, now true", "c: was absent, now null"}},
		{`{"a":"1"}`, `{"a":1}`, []string{`a: was "1", now 1`}},
		{`{"a":"absent"}`, `{}`, []string{`a: was "absent", now absent`}},
		{`{"a":"\u001b[0m\n"}`, `{"a":""}`, []string{`a: was "\x1b[0m\n", now ""`}},
		{`{"seed":18446744073709551615}`, `{"seed":18446744073709551614}`, []string{"seed: was 18446744073709551615, now 18446744073709551614"}},
		{`{"a":1}`, `{"a":1.0}`, []string{"a: was 1, now 1.0"}},
		{`{"l":[1,2,4]}`, `{"l":[1,3]}`, []string{"l[1]: was 2, now 3", "l[2]: was 4, now absent"}},
		{`{"l":[[1],{"a":1}]}`, `{"l":[[2],{"a":2}]}`, []string{"l[0][0]: was 1, now 2", "l[1].a: was 1, now 2"}},
		{`{"l":[]}`, `{"l":[5]}`, []string{"l: was [], now absent", "l[0]: was absent, now 5"}},
		{`{"a":{}}`, `{"a":{"b":1}}`, []string{"a.b: was absent, now 1", "a: was {}, now absent"}},
		{`{"a":{"b":1}}`, `{"a":7}`, []string{"a.b: was 1, now absent", "a: was absent, now 7"}},
		{`{"a":{"b":1}}`, `{"a.b":1}`, []string{`["a.b"]: was absent, now 1`, "a.b: was 1, now absent"}},
		{`{"p":{"m-1.5":{"in":1}}}`, `{"p":{"m-1.5":{"in":2}}}`, []string{`p["m-1.5"].in: was 1, now 2`}},
		{`{"a":[1]}`, `{"a":{"[0]":1,"":2}}`, []string{`a[""]: was absent, now 2`, `a["[0]"]: was absent, now 1`, "a[0]: was 1, now absent"}},
	}
	for _, test := range tests {
		got, err := journal.Diff([]byte(test.old), []byte(test.new))
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("Diff(%s, %s) = %q, %v; want %q", test.old, test.new, got, err, test.want)
		}
	}
	for _, bad := range []string{"", " ", "null", "[]", "1", "{", "{} {}", `"{}"`} {
		if _, err := journal.Diff([]byte(bad), []byte("{}")); err == nil || !strings.Contains(err.Error(), "the old header: ") {
			t.Errorf("old header %q: error %v", bad, err)
		}
		if _, err := journal.Diff([]byte("{}"), []byte(bad)); err == nil || !strings.Contains(err.Error(), "the new header: ") {
			t.Errorf("new header %q: error %v", bad, err)
		}
	}
}
