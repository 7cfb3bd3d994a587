package endpoint

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/internal/secrets"
)

// failure returns the error of a request that the network or a time limit broke off.
// status is that of the response headers; 0 before they arrived.
func (c *Conn) failure(ctx context.Context, err error, status int) *Error {
	e := &Error{Status: status, Err: c.client.clean(err)}
	cause := context.Cause(ctx)
	_, timeout := errors.AsType[*timeoutError](cause)
	switch {
	case timeout:
		e.Outcome, e.Err = OutcomeTimeoutMidStream, cause
		if status == 0 {
			e.Outcome = OutcomeTimeoutBeforeHeaders
		}
	case ctx.Err() != nil && errors.Is(cause, context.DeadlineExceeded):
		// The caller's deadline is a time limit like our own.
		e.Outcome, e.Err = OutcomeTimeoutMidStream, cause
		if status == 0 {
			e.Outcome = OutcomeTimeoutBeforeHeaders
		}
	case ctx.Err() != nil:
		e.Outcome, e.Err = OutcomeCanceled, cause
	case isLocal(err):
		e.Outcome = OutcomeLocal
	case isRefused(err):
		e.Outcome = OutcomeRefused
	case isTLS(err):
		e.Outcome = OutcomeTLS
	case isLost(err):
		e.Outcome = OutcomeReset
	case isTimeout(err) && status == 0:
		e.Outcome = OutcomeTimeoutBeforeHeaders // the operating system's own, of a connect
	case isTimeout(err):
		e.Outcome = OutcomeTimeoutMidStream
	case isProtocol(err):
		e.Outcome = OutcomeMalformed
	default:
		// What is left is a connection that went away in one way or another.
		e.Outcome = OutcomeReset
	}
	return e
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}

// refusal returns the error of a response whose status is not 200.
func (c *Conn) refusal(resp *http.Response) error {
	const enough = 64 << 10
	e := &Error{Outcome: OutcomeStatus, Status: resp.StatusCode}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return e // Body is the bare connection, which no context ends
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, enough))
	e.Message = c.client.said(text)
	e.overflow(text)
	if location := resp.Header.Get("Location"); location != "" && resp.StatusCode/100 == 3 {
		e.Message = c.client.quote("redirect to " + location + ", not followed")
	}
	return e
}

// said returns the server's message from a body that is not an event stream.
func (c *Client) said(text []byte) string {
	switch text = bytes.TrimSpace(text); {
	case len(text) > 0 && (text[0] == '{' || text[0] == '"') && valid(text):
		return c.quote(errorText(gjson.ParseBytes(text)))
	case compressed(text) != "":
		return "the body is " + compressed(text) + ", which was not asked for"
	case looksLikeHTML(text):
		return c.quote(plainText(string(text)))
	}
	return c.quote(string(text))
}

func looksLikeHTML(text []byte) bool {
	head := strings.ToLower(strings.TrimSpace(string(text[:min(len(text), 512)])))
	return strings.HasPrefix(head, "<")
}

var (
	htmlHidden = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<!--.*?-->`)
	htmlTag    = regexp.MustCompile(`(?s)<[^>]*>`)
)

// plainText returns the text of an HTML page, such as proxies answer with.
func plainText(page string) string {
	return html.UnescapeString(htmlTag.ReplaceAllString(htmlHidden.ReplaceAllString(page, " "), " "))
}

// redact removes secrets from text: the API key and the credentials in headers, by their
// meaning and not only as they were sent, and whatever has the form of a key.
func (c *Client) redact(text string) string {
	return string(c.secrets().Redact([]byte(text)))
}

// newSecrets returns a finder of what must not be shown of a configuration.
func newSecrets(cfg *Config, u *url.URL) *secrets.Finder {
	known := append(secrets.Credentials("Authorization", "Bearer "+string(cfg.APIKey)), credentials(cfg.Header)...)
	if password, ok := u.User.Password(); ok {
		known = append(known, password)
	}
	return secrets.New(known...)
}

// credentials returns what must not be shown of headers.
func credentials(h http.Header) (known []string) {
	for name, values := range h {
		for _, value := range values {
			known = append(known, secrets.Credentials(name, value)...)
		}
	}
	return known
}

// clean returns err, or, when its text holds a secret (net/http quotes header lines
// that it cannot parse) or is very long, an error of the part that may be shown.
func (c *Client) clean(err error) error {
	text := err.Error()
	const long = 1000
	if c.redact(text) == text && len(text) <= long {
		return err
	}
	return errors.New(c.quote(text))
}

// quote makes a server's text fit to print: one line, bounded, without secrets, control
// characters and what is invisible.
func (c *Client) quote(text string) string {
	const most = 300
	text = plain.Text(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(c.redact(text), "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " "))
	if len(text) > most {
		cut := most - len("...")
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return text
}
