// Package secrets finds what looks like a key or a token in recorded text. It
// knows the forms that providers give theirs, so that it misses passwords and
// finds few things that are none.
package secrets

import (
	"bytes"
	"regexp"
)

// A form is one kind of secret. Texts that do not contain hint, which is quick to
// see, have none of it.
type form struct {
	kind, hint, pattern string
}

// forms are those of keys that grant something to whoever holds them. Each
// pattern matches nothing that would have to be escaped in JSON.
func forms() []form {
	return []form{
		{"API key of OpenAI or Anthropic", "sk-", `sk-(?:proj-|ant-|or-|svcacct-)?[A-Za-z0-9_-]{20,}`},
		{"access key of AWS", "AKIA", `AKIA[0-9A-Z]{16}`},
		{"access key of AWS", "ASIA", `ASIA[0-9A-Z]{16}`},
		{"token of GitHub", "gh", `gh[pousr]_[A-Za-z0-9]{36,}`},
		{"token of GitHub", "github_pat_", `github_pat_[A-Za-z0-9_]{50,}`},
		{"token of GitLab", "glpat-", `glpat-[A-Za-z0-9_-]{20,}`},
		{"token of Slack", "xox", `xox[abposr]-[A-Za-z0-9-]{20,}`},
		{"API key of Google", "AIza", `AIza[0-9A-Za-z_-]{35}`},
		{"token of Hugging Face", "hf_", `hf_[A-Za-z0-9]{30,}`},
		{"JSON web token", "eyJ", `eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`},
		{"bearer token", "earer ", `[Bb]earer [A-Za-z0-9._~+/-]{20,}=*`},
		// Its end may have been cut off; what follows the header is base64, in lines
		// whose ends are escapes.
		{"private key", "PRIVATE KEY", `-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\+[nr])+[A-Za-z0-9+/=](?:[A-Za-z0-9+/=:,. -]|\\+[nr])*`},
	}
}

// before is what may stand in front of a secret: the beginning, anything that no
// word or key goes on with, or an escape of JSON, whose last character is a letter
// to a pattern.
const before = `(^|[^A-Za-z0-9_-]|\\[nrtbf])`

// A Finder finds secrets. It is safe for concurrent use.
type Finder struct {
	forms    []form
	patterns []*regexp.Regexp
}

// New returns a Finder.
func New() *Finder {
	f := &Finder{forms: forms()}
	for _, form := range f.forms {
		f.patterns = append(f.patterns, regexp.MustCompile(before+"("+form.pattern+")"))
	}
	return f
}

// Find returns the kind of the first secret in text, empty for none.
func (f *Finder) Find(text []byte) string {
	for i, form := range f.forms {
		if !bytes.Contains(text, []byte(form.hint)) {
			continue
		}
		for _, m := range f.patterns[i].FindAllSubmatch(text, -1) {
			if form.random(m[2]) {
				return form.kind
			}
		}
	}
	return ""
}

// Redact returns text with a word in place of each secret; text itself when it has
// none. JSON stays JSON.
func (f *Finder) Redact(text []byte) []byte {
	for i, form := range f.forms {
		if !bytes.Contains(text, []byte(form.hint)) {
			continue
		}
		text = f.patterns[i].ReplaceAllFunc(text, func(match []byte) []byte {
			m := f.patterns[i].FindSubmatch(match)
			if m == nil || !form.random(m[2]) {
				return match
			}
			return append(bytes.Clone(m[1]), "[redacted]"...)
		})
	}
	return text
}

// random reports whether a match looks drawn: of the form whose prefix is that of
// many a name, keys have letters of both cases and digits, and names have not.
func (f form) random(match []byte) bool {
	if f.hint != "sk-" {
		return true
	}
	digit, upper, lower := false, false, false
	for _, c := range match[len(f.hint):] {
		digit = digit || '0' <= c && c <= '9'
		upper = upper || 'A' <= c && c <= 'Z'
		lower = lower || 'a' <= c && c <= 'z'
	}
	return digit && (upper || lower) && (upper || bytes.Count(match, []byte("-")) == 1)
}
