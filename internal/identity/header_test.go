package identity_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/identity"
	"github.com/agentperf/agentperf-go/internal/journal"
)

type endpointConfig struct {
	URL    string
	APIKey string
	Header http.Header
}

type runConfig struct {
	Endpoint endpointConfig
	Rule     Rule
	Levels   []int
	Extra    map[string][]string
	Pause    time.Duration
	Progress func()
}

func options(salt string) identity.Options {
	return identity.Options{
		Exempt: identity.Exemptions{"Endpoint.APIKey": "a rotated key is not another system", "Progress": "it only watches"},
		Salted: []string{"Extra"},
		Salt:   []byte(salt),
	}
}

const salt = "sixteen bytes at least"

func mustOf(t *testing.T, c runConfig, salt string) string {
	t.Helper()
	text, err := identity.Of(c, options(salt))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Values of headers appear as digests that need the salt, credentials by name.
func TestHeaders(t *testing.T) {
	key := "sk-" + strings.Repeat("aB3", 10)
	values := map[string][]string{
		"X-Route": {"east", "west"}, "X-Other": {"east"}, "X-Empty": {""}, "X-None": nil,
		"Authorization": {"Bearer hunter2", "Basic hunter2"}, "proxy-authorization": {"hunter2"}, "Cookie": {"hunter2"},
		"X-Api-Key": {"hunter2"}, "Api-Key": {"hunter2"}, "X-Gateway": {key, "east"},
	}
	c := runConfig{Endpoint: endpointConfig{Header: values}, Extra: values}
	text := mustOf(t, c, salt)
	for _, secret := range []string{"hunter2", key, "east", "west", salt} {
		if strings.Contains(text, secret) {
			t.Errorf("the identity reveals %q: %s", secret, text)
		}
	}
	var got struct {
		Endpoint struct{ Header map[string]any }
		Extra    map[string]any
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	for _, header := range []map[string]any{got.Endpoint.Header, got.Extra} {
		if len(header) != len(values) {
			t.Errorf("%d headers, want %d: %v", len(header), len(values), header)
		}
		digests := make(map[any]bool)
		for name, n := range map[string]int{"X-Route": 2, "X-Other": 1, "X-Empty": 1, "X-None": 0} {
			list, ok := header[name].([]any)
			if !ok || len(list) != n {
				t.Errorf("%s is %v, want %d digests", name, header[name], n)
			}
			for _, d := range list {
				if digests[d] || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(d.(string)) {
					t.Errorf("%s has the digest %v, want 32 hex digits of its own", name, d)
				}
				digests[d] = true
			}
		}
		for _, name := range []string{"Authorization", "proxy-authorization", "Cookie", "X-Api-Key", "Api-Key"} {
			if header[name] != "credential" {
				t.Errorf("%s is %v, want its name only", name, header[name])
			}
		}
		if list, ok := header["X-Gateway"].([]any); !ok || len(list) != 2 || list[0] != "credential" {
			t.Errorf("X-Gateway is %v, want a credential and a digest", header["X-Gateway"])
		}
	}
	if mustOf(t, c, salt) != text {
		t.Error("the same salt gives another identity")
	}
	if other := mustOf(t, c, "another salt of some length"); len(other) != len(text) || other == text {
		t.Errorf("another salt gives %s, after %s", other, text)
	}
}

func TestSalt(t *testing.T) {
	credentials := runConfig{Endpoint: endpointConfig{Header: http.Header{"Authorization": {"x"}, "X-None": nil}}}
	if _, err := identity.Of(credentials, options("")); err != nil {
		t.Errorf("nothing to salt: %v", err)
	}
	credentials.Endpoint.Header["X-Route"] = []string{"east"}
	for _, salt := range []string{"", "fifteen bytes.."} {
		_, err := identity.Of(credentials, options(salt))
		if err == nil || !strings.Contains(err.Error(), `Endpoint.Header["X-Route"] needs a salt of 16 bytes or more`) || strings.Contains(err.Error(), "east") {
			t.Errorf("salt %q: error %v", salt, err)
		}
	}
	_, err := identity.Of(struct{ Extra map[string]string }{}, identity.Options{Salted: []string{"Extra"}})
	if err == nil || !strings.Contains(err.Error(), "Extra is to be salted and is a map[string]string, expected a map[string][]string") {
		t.Errorf("error %v", err)
	}
}

// What a user reads when a journal belongs to another configuration.
func TestDiff(t *testing.T) {
	base := func() runConfig {
		return runConfig{
			Endpoint: endpointConfig{URL: "http://a", APIKey: "hunter2", Header: http.Header{"Authorization": {"hunter2"}, "X-Route": {"east"}}},
			Rule:     &Controlled{ErrorRate: 0.01, Block: 10 * time.Second},
			Levels:   []int{1, 2}, Pause: time.Second,
		}
	}
	old := mustOf(t, base(), salt)
	for name, test := range map[string]struct {
		change func(c *runConfig)
		want   string // a pattern
	}{
		"nothing": {func(c *runConfig) {}, ``},
		"rotated keys": {func(c *runConfig) {
			c.Endpoint.APIKey = "hunter3"
			c.Endpoint.Header.Set("Authorization", "hunter3")
			c.Endpoint.Header.Add("Authorization", "hunter4")
		}, ``},
		"another watcher": {func(c *runConfig) { c.Progress = func() {} }, ``},
		"another route":   {func(c *runConfig) { c.Endpoint.Header.Set("X-Route", "west") }, `Endpoint\.Header\.X-Route\[0\]: was "[0-9a-f]{32}", now "[0-9a-f]{32}"`},
		"a new header":    {func(c *runConfig) { c.Endpoint.Header.Set("X-New", "") }, `Endpoint\.Header\.X-New\[0\]: was absent, now "[0-9a-f]{32}"`},
		"a first key":     {func(c *runConfig) { c.Endpoint.Header.Set("Api-Key", "hunter2") }, `Endpoint\.Header\.Api-Key: was absent, now "credential"`},
		"a duration":      {func(c *runConfig) { c.Pause = 90 * time.Second }, `Pause: was "1s", now "1m30s"`},
		"a level":         {func(c *runConfig) { c.Levels = append(c.Levels, 4) }, `Levels\[2\]: was absent, now 4`},
		"a detail of the rule": {func(c *runConfig) { c.Rule = &Controlled{ErrorRate: 0.05, Block: 10 * time.Second} },
			`Rule\.ErrorRate: was 0\.01, now 0\.05`},
		"another rule": {func(c *runConfig) { c.Rule = Point{time.Minute} },
			`Rule\.Block: was "10s", now absent\nRule\.ErrorRate: was 0\.01, now absent\nRule\.Measure: was absent, now "1m0s"\n` +
				`Rule\.type: was "` + here + `Controlled", now "` + here + `Point"`},
	} {
		c := base()
		test.change(&c)
		lines, err := journal.Diff([]byte(old), []byte(mustOf(t, c, salt)))
		if got := strings.Join(lines, "\n"); err != nil || !regexp.MustCompile("^"+test.want+"$").MatchString(got) {
			t.Errorf("%s: %q, %v, want %s", name, got, err, test.want)
		}
	}
}
