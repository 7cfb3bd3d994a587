package endpoint

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// foreign notes of which other API an event is that means nothing in that of the request.
func (s *stream) foreign(data []byte) {
	found := apiOf(gjson.ParseBytes(data))
	if found != cmp.Or(s.reader.api, APIChat) {
		s.other = found
	}
}

// apiOf returns the API whose output an event is; empty for none.
func apiOf(event gjson.Result) API {
	kind := event.Get("type").Str
	switch {
	case kind == "message_start" || strings.HasPrefix(kind, "content_block_"):
		return APIMessages
	case strings.HasPrefix(kind, "response."):
		return APIResponses
	case event.Get("choices").IsArray():
		return APIChat
	}
	return ""
}

// mistaken says that an answer without output was in another API; empty if it was not.
func (s *stream) mistaken() string {
	if s.other == "" || s.clock.Streamed() {
		return ""
	}
	return fmt.Sprintf("the events are those of the API %s, not of %s", s.other, cmp.Or(s.reader.api, APIChat))
}
