package cli

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
)

// Endpoint is the flags about how to reach an endpoint.
type Endpoint struct {
	URL, Model string

	api                   string
	keyEnv, sessionHeader string
	ca                    string
	timeout               time.Duration
	http2                 bool
	fields                map[string]json.RawMessage
	header                http.Header
	wrong                 error // mistakes in values that must not be shown
}

// Register defines the flags.
func (e *Endpoint) Register(flags *flag.FlagSet) {
	e.fields, e.header = make(map[string]json.RawMessage), make(http.Header)
	flags.StringVar(&e.URL, "endpoint", "", "`URL` of an OpenAI-compatible server, such as http://host:8000; none means a simulated system")
	flags.StringVar(&e.api, "api", "", "`API` of requests: chat, messages (Anthropic's) or responses (OpenAI's); none means the one whose path the URL ends in, and chat")
	flags.StringVar(&e.Model, "model", "", "`name` of the model; none means the only one served")
	flags.StringVar(&e.keyEnv, "api-key-env", "", "environment `variable` that holds the API key")
	flags.StringVar(&e.sessionHeader, "session-header", "", "header `name` that carries the session, for routers with session affinity")
	flags.DurationVar(&e.timeout, "request-timeout", endpoint.DefaultTimeout, "longest time for one request")
	flags.StringVar(&e.ca, "ca", "", "trust the PEM certificates of `file` beside the system's, for an endpoint with a private CA")
	flags.BoolVar(&e.http2, "http2", false, "use HTTP/2 and share connections between agents")
	// What package flag says of a mistake quotes the value, which may be a key: the mistake
	// waits for Config.
	flags.Func("field", "add `name=value` to each request body, such as reasoning_effort=high; a value that is JSON is sent as JSON (repeatable)", func(s string) error {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			e.mistake("-field: expected name=value, as in -field reasoning_effort=high")
			return nil
		}
		e.fields[name] = json.RawMessage(value)
		if !json.Valid(e.fields[name]) {
			quoted, err := json.Marshal(value)
			if err != nil {
				return err
			}
			e.fields[name] = quoted
		}
		return nil
	})
	flags.Func("header", "add the header `name=value` to each request (repeatable)", func(s string) error {
		name, value, ok := strings.Cut(s, "=")
		switch {
		case !ok || name == "" || strings.ContainsAny(name, ": \t"):
			e.mistake("-header: expected name=value, as in -header X-Tenant=7: an equals sign, and neither a colon nor a space before it")
		default:
			e.header.Add(name, value)
		}
		return nil
	})
}

func (e *Endpoint) mistake(text string) { e.wrong = errors.Join(e.wrong, errors.New(text)) }

// Fields returns the extra fields of request bodies.
func (e *Endpoint) Fields() map[string]json.RawMessage { return e.fields }

// CA returns the file of -ca.
func (e *Endpoint) CA() Place { return Place{By: "-ca", Name: e.ca} }

// Config returns the configuration that the flags describe. getenv looks up
// the API key.
func (e *Endpoint) Config(getenv func(string) string) (endpoint.Config, error) {
	cfg := endpoint.Config{URL: e.URL, API: endpoint.API(e.api), Header: e.header, SessionHeader: e.sessionHeader, Timeout: e.timeout, HTTP2: e.http2}
	if e.wrong != nil {
		return cfg, e.wrong
	}
	if e.timeout <= 0 {
		return cfg, fmt.Errorf("-request-timeout is %v, expected more than 0", e.timeout)
	}
	// Silence is bounded by the same time, so that no limit that the user has not
	// set ends a request.
	cfg.IdleTimeout = e.timeout
	if e.keyEnv != "" {
		key := getenv(e.keyEnv)
		if key == "" {
			// Its name is not shown: it is the key itself where somebody took the flag for that.
			return cfg, errors.New("-api-key-env: the environment variable that it names is empty or not set; expected the name of a variable, not a key")
		}
		cfg.APIKey = endpoint.Secret(key)
	}
	if e.ca != "" {
		roots, err := trust(e.ca)
		if err != nil {
			return cfg, fmt.Errorf("-ca: %w", err)
		}
		cfg.TLS = &tls.Config{RootCAs: roots}
	}
	return cfg, cfg.Validate()
}
