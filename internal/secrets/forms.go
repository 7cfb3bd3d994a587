package secrets

import (
	"bytes"
	"regexp"
)

// A form is one kind of secret.
type form struct {
	kind string
	// hints are texts of which one stands in each secret of the form; they are quick to see.
	hints []string
	// context is what stands before the secret, pattern the secret itself, after what follows
	// it. An empty context is [before].
	context, pattern, after string
	// drawn reports whether what matches looks drawn at random; nil means always.
	drawn func(secret []byte) bool
}

// before is what may stand in front of a secret: the beginning, or anything that no word
// and no key goes on with.
const before = `(?:^|[^A-Za-z0-9_-])`

// forms are those of keys that grant something to whoever holds them, in text without
// escapes.
func forms() []form {
	return []form{
		{kind: "API key of OpenAI or Anthropic", hints: []string{"sk-"}, pattern: `sk-(?:proj-|ant-|or-|svcacct-)?[A-Za-z0-9_-]{20,}`, drawn: noName},
		{kind: "API key of Groq", hints: []string{"gsk_"}, pattern: `gsk_[A-Za-z0-9]{20,}`},
		{kind: "API key of xAI", hints: []string{"xai-"}, pattern: `xai-[A-Za-z0-9_-]{20,}`, drawn: noName},
		{kind: "API key of NVIDIA", hints: []string{"nvapi-"}, pattern: `nvapi-[A-Za-z0-9_-]{20,}`},
		{kind: "token of Replicate", hints: []string{"r8_"}, pattern: `r8_[A-Za-z0-9]{20,}`},
		{kind: "access key of AWS", hints: []string{"AKIA", "ASIA"}, pattern: `A[KS]IA[0-9A-Z]{16}`},
		{kind: "secret key of AWS", hints: []string{"ecret", "ECRET"}, // 40 characters are a secret only by their name
			context: `(?i:secret[_-]?(?:access[_-]?)?key)["'\]]*(?:[ \t]*(?:=>|:=|[:=])[ \t]*|[ \t]+|[>])["']?`, pattern: `[A-Za-z0-9/+]{40}`, drawn: mixed},
		{kind: "token of GitHub", hints: []string{"gh"}, pattern: `gh[pousr]_[A-Za-z0-9]{36,}`},
		{kind: "token of GitHub", hints: []string{"github_pat_"}, pattern: `github_pat_[A-Za-z0-9_]{50,}`},
		{kind: "token of GitLab", hints: []string{"glpat-"}, pattern: `glpat-[A-Za-z0-9_-]{20,}`},
		{kind: "token of Slack", hints: []string{"xox"}, pattern: `xox[abposr]-[A-Za-z0-9-]{20,}`},
		{kind: "API key of Google", hints: []string{"AIza"}, pattern: `AIza[0-9A-Za-z_-]{35}`},
		{kind: "access token of Google", hints: []string{"ya29."}, pattern: `ya29\.[A-Za-z0-9_-]{20,}`},
		{kind: "token of Hugging Face", hints: []string{"hf_"}, pattern: `hf_[A-Za-z0-9]{30,}`},
		{kind: "token of npm", hints: []string{"npm_"}, pattern: `npm_[A-Za-z0-9]{36,}`},
		{kind: "token of PyPI", hints: []string{"pypi-"}, pattern: `pypi-[A-Za-z0-9_-]{50,}`},
		{kind: "key of Stripe", hints: []string{"sk_live_", "rk_live_", "sk_test_", "rk_test_"}, pattern: `[sr]k_(?:live|test)_[A-Za-z0-9]{16,}`},
		{kind: "API key of SendGrid", hints: []string{"SG."}, pattern: `SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`},
		{kind: "token of Docker", hints: []string{"dckr_"}, pattern: `dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}`},
		{kind: "JSON web token", hints: []string{"eyJ"}, pattern: `eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`},
		{kind: "bearer token", hints: []string{"earer", "EARER"}, pattern: `(?:[Bb]earer|BEARER)[ \t]+[A-Za-z0-9._~+/-]{20,}=*`},
		{kind: "password in a URL", hints: []string{"://"}, context: `[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'<>\\]*:`, pattern: `[^\s/@"'<>\\]{3,}`, after: "@", drawn: noPlaceholder},
		// Its end may have been cut off.
		{kind: "private key", hints: []string{"PRIVATE KEY"}, pattern: `-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----\s*[\r\n]\s*[A-Za-z0-9+/=](?:[A-Za-z0-9+/=:,. \t\r\n-])*`},
	}
}

// compile returns the pattern with the secret as its one group.
func (f form) compile() *regexp.Regexp {
	context := f.context
	if context == "" {
		context = before
	}
	return regexp.MustCompile(context + "(" + f.pattern + ")" + f.after)
}

// noName tells keys from names of a prefix that many a name has: keys have letters of both
// cases, or no more hyphens than that of the prefix, and digits.
func noName(secret []byte) bool {
	digit, upper, lower := classes(secret[bytes.IndexByte(secret, '-')+1:])
	return digit && (upper || lower) && (upper || bytes.Count(secret, []byte("-")) == 1)
}

// mixed reports whether there are digits and letters of both cases, as there are in all but
// one in a million random texts of 40 characters, and in no hash in hexadecimal digits.
func mixed(secret []byte) bool {
	digit, upper, lower := classes(secret)
	return digit && upper && lower
}

// noPlaceholder tells passwords from what documentation has in their place.
func noPlaceholder(secret []byte) bool {
	switch string(bytes.ToLower(secret)) {
	case "password", "passwd", "pass", "pwd", "secret", "token", "changeme", placeholder:
		return false
	}
	return len(bytes.Trim(secret, "*xX.")) > 0 && !bytes.ContainsAny(secret[:1], "${%[")
}

func classes(text []byte) (digit, upper, lower bool) {
	for _, c := range text {
		digit = digit || '0' <= c && c <= '9'
		upper = upper || 'A' <= c && c <= 'Z'
		lower = lower || 'a' <= c && c <= 'z'
	}
	return digit, upper, lower
}
