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
		{"API key of OpenAI or Anthropic", "sk-", `\bsk-(?:proj-|ant-|or-|svcacct-)?[A-Za-z0-9_-]{20,}`},
		{"access key of AWS", "AKIA", `\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`},
		{"token of GitHub", "gh", `\bgh[pousr]_[A-Za-z0-9]{36,}`},
		{"token of GitHub", "github_pat_", `\bgithub_pat_[A-Za-z0-9_]{50,}`},
		{"token of GitLab", "glpat-", `\bglpat-[A-Za-z0-9_-]{20,}`},
		{"token of Slack", "xox", `\bxox[abposr]-[A-Za-z0-9-]{20,}`},
		{"API key of Google", "AIza", `\bAIza[0-9A-Za-z_-]{35}`},
		{"token of Hugging Face", "hf_", `\bhf_[A-Za-z0-9]{30,}`},
		{"JSON web token", "eyJ", `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`},
		{"bearer token", "earer ", `\b[Bb]earer [A-Za-z0-9._~+/-]{20,}=*`},
		{"private key", "PRIVATE KEY", `-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`},
	}
}

// A Finder finds secrets. It is safe for concurrent use.
type Finder struct {
	forms    []form
	patterns []*regexp.Regexp
}

// New returns a Finder.
func New() *Finder {
	f := &Finder{forms: forms()}
	for _, form := range f.forms {
		f.patterns = append(f.patterns, regexp.MustCompile(form.pattern))
	}
	return f
}

// Find returns the kind of the first secret in text, empty for none.
func (f *Finder) Find(text []byte) string {
	for i, form := range f.forms {
		if bytes.Contains(text, []byte(form.hint)) && f.patterns[i].Match(text) {
			return form.kind
		}
	}
	return ""
}

// Redact returns text with a word in place of each secret; text itself when it has
// none. JSON stays JSON.
func (f *Finder) Redact(text []byte) []byte {
	for i, form := range f.forms {
		if bytes.Contains(text, []byte(form.hint)) {
			text = f.patterns[i].ReplaceAllLiteral(text, []byte("[redacted]"))
		}
	}
	return text
}
