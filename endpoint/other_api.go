package endpoint

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// other returns the API whose output an event is that means nothing in this one; empty for
// none.
func (a API) other(data []byte) API {
	event := gjson.ParseBytes(data)
	found := APIChat
	switch kind := event.Get("type").Str; {
	case kind == "message_start" || strings.HasPrefix(kind, "content_block_"):
		found = APIMessages
	case strings.HasPrefix(kind, "response."):
		found = APIResponses
	case !event.Get("choices").IsArray():
		return ""
	}
	if found == cmp.Or(a, APIChat) {
		return ""
	}
	return found
}

// mistaken says that an answer was in another API; empty if it was in none.
func (a API) mistaken(other API) string {
	if other == "" {
		return ""
	}
	return fmt.Sprintf("the events are those of the API %s, not of %s", other, cmp.Or(a, APIChat))
}
