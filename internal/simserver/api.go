package simserver

import (
	"encoding/json"
	"fmt"
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

// A protocol is what a request and its answer are written in.
type protocol int

const (
	chat      protocol = iota // OpenAI's chat completions
	messages                  // Anthropic's Messages
	responses                 // OpenAI's Responses
)

// protocolOf returns the protocol of a path; that of a path of no API is chat.
func protocolOf(path string) protocol {
	switch {
	case strings.HasSuffix(path, "/messages"), strings.HasSuffix(path, "/messages/count_tokens"):
		return messages
	case strings.HasSuffix(path, "/responses"):
		return responses
	}
	return chat
}

// Route answers one request: by complete when it is for a completion, in whatever API.
func (a API) Route(w http.ResponseWriter, r *http.Request, complete http.HandlerFunc) {
	path := r.URL.Path
	post := r.Method == http.MethodPost
	switch {
	case strings.HasSuffix(path, "/models") && r.Method == http.MethodGet:
		a.serveModels(w)
	case strings.HasSuffix(path, "/messages/count_tokens") && post:
		a.serveCount(w, r)
	case (strings.HasSuffix(path, "/chat/completions") || protocolOf(path) != chat) && post:
		complete(w, r)
	default:
		WriteError(w, r, http.StatusNotFound, "no such path: "+r.Method+" "+path)
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

// serveCount answers what the prompt of a request would count as, exactly.
func (a API) serveCount(w http.ResponseWriter, r *http.Request) {
	q, status, err := a.read(messages, ReadBody(r))
	if err != nil {
		WriteError(w, r, status, err.Error())
		return
	}
	bytes := 0
	q.Parts(func(part string) { bytes += len(part) })
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"input_tokens":%d}`, PromptTokens(bytes))
}
