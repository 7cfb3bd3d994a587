package endpoint

import (
	"encoding/json"
	"errors"
	"unsafe"

	"github.com/tidwall/gjson"
)

var errNotJSON = errors.New("an event is not a JSON object")

// valid reports whether data is JSON. gjson's check is much the faster one, but it
// recurses: megabytes of opening brackets from a hostile server would exhaust the
// stack, which no program survives. Data long enough for that is checked by
// encoding/json, which bounds the depth.
func valid(data []byte) bool {
	const long = 64 << 10
	if len(data) > long {
		return json.Valid(data)
	}
	return gjson.ValidBytes(data)
}

// eventObject returns the JSON object of an event. It shares memory with data, so that it
// is good only for as long as data does not change.
func eventObject(data []byte) (gjson.Result, error) {
	if !valid(data) {
		return gjson.Result{}, errNotJSON
	}
	event := gjson.Parse(unsafe.String(unsafe.SliceData(data), len(data)))
	if !event.IsObject() {
		return gjson.Result{}, errNotJSON
	}
	return event, nil
}
