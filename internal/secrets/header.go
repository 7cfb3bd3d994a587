package secrets

import (
	"encoding/base64"
	"strings"
)

// credentialHeaders are request headers whose values are credentials by their
// definition, in lower case: those of HTTP itself, and those that inference
// servers, gateways and clouds ask for. A header that a router may also read, such
// as a tenant or a session, is not among them.
var credentialHeaders = map[string]bool{
	"authorization":             true, // RFC 9110
	"proxy-authorization":       true, // RFC 9110
	"cookie":                    true, // RFC 6265
	"x-api-key":                 true, // Anthropic, AWS and many gateways
	"api-key":                   true, // Azure OpenAI
	"ocp-apim-subscription-key": true, // Azure API Management
	"x-functions-key":           true, // Azure Functions
	"x-goog-api-key":            true, // Google
	"x-amz-security-token":      true, // AWS
	"x-auth-token":              true, // OpenStack
	"private-token":             true, // GitLab
	"cf-access-client-secret":   true, // Cloudflare Access
	"modal-secret":              true, // Modal
}

// Header reports whether the values of the request header are credentials,
// whatever they look like. Names are compared without regard to case.
func Header(name string) bool { return credentialHeaders[strings.ToLower(name)] }

// Credentials returns what of the value of a request header must not be shown: the value,
// and of one that is a credential by its name also its parts, as a server may quote the token
// without its scheme, one cookie of several or the password of a Basic authorization. Of
// other headers a value is one from long on.
func Credentials(name, value string) (parts []string) {
	const long = 8
	value = strings.TrimSpace(value)
	if !Header(name) {
		if len(value) >= long {
			parts = append(parts, value)
		}
		return parts
	}
	add := func(part string) {
		if part = strings.Trim(part, " \t\"',;"); part != "" {
			parts = append(parts, part)
		}
	}
	add(value)
	scheme, token, ok := strings.Cut(value, " ")
	switch {
	case strings.EqualFold(name, "cookie"):
		for cookie := range strings.SplitSeq(value, ";") {
			if _, v, ok := strings.Cut(cookie, "="); ok {
				add(v)
			}
		}
	case ok: // all but the scheme: a token, or parameters such as Credential=..., Signature=...
		add(token)
		for word := range strings.FieldsFuncSeq(token, func(r rune) bool { return r == ' ' || r == ',' }) {
			if key, v, ok := strings.Cut(word, "="); ok && strings.Trim(v, "=") != "" && key != "" {
				add(v)
			}
			add(word)
		}
		if strings.EqualFold(scheme, "basic") {
			if pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(token)); err == nil {
				add(string(pair))
				if _, password, ok := strings.Cut(string(pair), ":"); ok {
					add(password)
				}
			}
		}
	}
	return parts
}
