package endpointtest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// api is what the simulated servers have in common: the paths, the models and
// how a request is read.
type api struct {
	model            string // "" means "simulated"
	contextTokens    int    // 0 for no limit
	outputTokens     int    // of an answer that nothing limits; 0 for none stated
	ignoreEOSIgnored bool
}

// route answers one request, by complete when it is for a completion.
func (a api) route(w http.ResponseWriter, r *http.Request, complete http.HandlerFunc) {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/models") && r.Method == http.MethodGet:
		a.serveModels(w)
	case strings.HasSuffix(path, "/chat/completions") && r.Method == http.MethodPost:
		complete(w, r)
	default:
		writeError(w, http.StatusNotFound, "no such path: "+r.Method+" "+path)
	}
}

func (a api) name() string {
	if a.model == "" {
		return "simulated"
	}
	return a.model
}

func (a api) serveModels(w http.ResponseWriter) {
	entry := map[string]any{"id": a.name(), "object": "model", "owned_by": "endpointtest"}
	if a.contextTokens > 0 {
		entry["max_model_len"] = a.contextTokens
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": []any{entry}})
}

func writeError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "invalid_request_error", "code": status}})
}
