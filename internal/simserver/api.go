package simserver

import (
	"encoding/json"
	"net/http"
	"strings"
)

// An API is the model that a server offers and the limits that it keeps.
type API struct {
	Model            string // "" means "simulated"
	ContextTokens    int    // context window; 0 for no limit
	OutputTokens     int    // length of an answer that max_tokens does not limit; 0 means 128
	IgnoreEOSIgnored bool   // ignore_eos in a request has no effect
}

// Route answers one request: by complete when it is for a chat completion.
func (a API) Route(w http.ResponseWriter, r *http.Request, complete http.HandlerFunc) {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/models") && r.Method == http.MethodGet:
		a.serveModels(w)
	case strings.HasSuffix(path, "/chat/completions") && r.Method == http.MethodPost:
		complete(w, r)
	default:
		WriteError(w, http.StatusNotFound, "no such path: "+r.Method+" "+path)
	}
}

func (a API) name() string {
	if a.Model == "" {
		return "simulated"
	}
	return a.Model
}

func (a API) serveModels(w http.ResponseWriter) {
	entry := map[string]any{"id": a.name(), "object": "model", "owned_by": "endpointtest"}
	if a.ContextTokens > 0 {
		entry["max_model_len"] = a.ContextTokens
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": []any{entry}})
}

// WriteError answers with an HTTP status and a JSON error object.
func WriteError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "invalid_request_error", "code": status}})
}
