package secrets

import "strings"

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
