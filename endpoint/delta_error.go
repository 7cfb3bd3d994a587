package endpoint

import "github.com/tidwall/gjson"

// isError reports whether the value of "error" is an error: some servers send the
// field empty in every event.
func isError(v gjson.Result) bool {
	switch v.Type {
	case gjson.Null, gjson.False:
		return false
	case gjson.String:
		return v.Str != ""
	}
	empty := v.IsObject() || v.IsArray()
	v.ForEach(func(_, _ gjson.Result) bool {
		empty = false
		return false
	})
	return !empty
}

// errorText returns the message of an error in any of the usual shapes: a string, or
// an object with a message, detail or error.
func errorText(v gjson.Result) string {
	const deepest = 4 // each level is looked through again
	return errorWithin(v, deepest)
}

func errorWithin(v gjson.Result, levels int) string {
	if v.Type == gjson.String {
		return v.Str
	}
	for _, name := range [...]string{"message", "detail", "error"} {
		switch m := v.Get(name); {
		case m.Type == gjson.String && m.Str != "":
			return m.Str
		case m.IsObject() && levels > 0:
			return errorWithin(m, levels-1)
		}
	}
	return v.Raw
}
