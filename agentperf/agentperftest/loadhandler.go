package agentperftest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// mostLoadBody bounds the body of a request to the target; those of its sessions have some
// hundreds of bytes.
const mostLoadBody = 1 << 20

// ServeHTTP answers chat completions as streams.
func (s *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostLoadBody))
	var request struct {
		MaxTokens int `json:"max_tokens"`
	}
	if err == nil {
		err = json.Unmarshal(body, &request)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	send := func(event string) error {
		w.Header().Set("Content-Type", "text/event-stream")
		if _, err := fmt.Fprintf(w, "data: %s\n\n", event); err != nil {
			return err
		}
		return http.NewResponseController(w).Flush()
	}
	err = s.answer(r.Context(), -1, string(body), request.MaxTokens, func() error {
		return send(`{"choices":[{"index":0,"delta":{"content":"next "}}]}`)
	})
	switch {
	case errors.Is(err, errTarget):
		http.Error(w, err.Error(), http.StatusInternalServerError)
	case err == nil:
		send(`{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}`)
		send(fmt.Sprintf(`{"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}`, promptTokens, request.MaxTokens))
		send("[DONE]")
	}
}
