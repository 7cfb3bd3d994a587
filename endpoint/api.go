package endpoint

import (
	"fmt"
	"net/http"
	"strings"
)

// An API is a dialect that requests and answers are in.
type API string

const (
	// APIChat is OpenAI's chat completions, which nearly all servers speak.
	APIChat API = "chat"
	// APIMessages is Anthropic's Messages.
	APIMessages API = "messages"
	// APIResponses is OpenAI's Responses.
	APIResponses API = "responses"
)

// apis are all of them.
var apis = [...]API{APIChat, APIMessages, APIResponses}

// path is where the API is below the root of the server's APIs.
func (a API) path() string {
	switch a {
	case APIMessages:
		return "/messages"
	case APIResponses:
		return "/responses"
	}
	return "/chat/completions"
}

// apiAt returns the API that a path ends in; empty for none.
func apiAt(path string) API {
	for _, a := range apis {
		if strings.HasSuffix(path, a.path()) {
			return a
		}
	}
	return ""
}

// settle returns the API of requests to a path, which may end in one or in none.
func (a API) settle(path string) (API, error) {
	switch at := apiAt(path); {
	case a != "" && a != APIChat && a != APIMessages && a != APIResponses:
		return "", fmt.Errorf("endpoint: API %q, expected %s, %s or %s", string(a), APIChat, APIMessages, APIResponses)
	case at == "" && a == "":
		return APIChat, nil
	case at == "":
		return a, nil
	case a != "" && a != at:
		return "", fmt.Errorf("endpoint: API %s, but the URL ends in %s, which is %s", a, at.path(), at)
	default:
		return at, nil
	}
}

// anthropicVersion is the version of the Messages API that clients name; there has been
// no other since.
const anthropicVersion = "2023-06-01"

// authorize adds the headers that an API wants of its own to those of a configuration.
func (a API) authorize(h http.Header, key string) {
	add := func(name, value string) {
		if len(h.Values(name)) == 0 {
			h.Set(name, value)
		}
	}
	if a == APIMessages {
		add("Anthropic-Version", anthropicVersion)
	}
	if key == "" {
		return
	}
	add("Authorization", "Bearer "+key)
	if a == APIMessages {
		add("X-Api-Key", key) // Anthropic's; vLLM looks only at the other
	}
}
