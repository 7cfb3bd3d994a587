package simserver

import (
	"encoding/json"
	"net/http"
	"strings"
)

// WriteError answers with an HTTP status and a JSON error object, in the form of the API
// that was asked.
func WriteError(w http.ResponseWriter, r *http.Request, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	var body map[string]any
	switch protocolOf(r.URL.Path) {
	case messages:
		body = map[string]any{"type": "error", "error": map[string]any{"type": anthropicError(status), "message": message}}
	case responses:
		kind := "invalid_request_error"
		if status >= 500 {
			kind = "server_error"
		}
		var code any
		if strings.Contains(message, "maximum context length") {
			code = "context_length_exceeded"
		}
		body = map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": code}}
	default:
		body = map[string]any{"error": map[string]any{"message": message, "type": "invalid_request_error", "code": status}}
	}
	json.NewEncoder(w).Encode(body)
}

// anthropicError returns the type of an error with an HTTP status.
func anthropicError(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound:
		return "not_found_error"
	case http.StatusRequestEntityTooLarge:
		return "request_too_large"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusServiceUnavailable, 529: // the latter is Anthropic's own
		return "overloaded_error"
	case http.StatusGatewayTimeout:
		return "timeout_error"
	}
	if status >= 500 {
		return "api_error"
	}
	return "invalid_request_error"
}
