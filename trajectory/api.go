package trajectory

import "fmt"

// An API is the one that requests are made for, or that messages were recorded in.
type API string

const (
	// APIChat is OpenAI's chat completions: a request is a list of messages.
	APIChat API = "chat"
	// APIMessages is Anthropic's Messages: a message is a list of content blocks.
	APIMessages API = "messages"
	// APIResponses is OpenAI's Responses: a request is a list of items.
	APIResponses API = "responses"
)

// limits are the body fields that limit the length of an answer, the usual one first.
func (a API) limits() []string {
	switch a {
	case APIMessages:
		return []string{"max_tokens"}
	case APIResponses:
		return []string{"max_output_tokens"}
	}
	return []string{"max_tokens", "max_completion_tokens"}
}

// validate reports an API that there is none of; empty means APIChat.
func (a API) validate() error {
	switch a {
	case "", APIChat, APIMessages, APIResponses:
		return nil
	}
	return fmt.Errorf("trajectory: API is %q, expected chat, messages or responses", string(a))
}
