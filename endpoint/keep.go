package endpoint

import (
	"unsafe"

	"github.com/tidwall/gjson"
)

// keep adds the visible output of an event to k, unless that is nil.
func keep(k *kept, event []byte) {
	if k == nil || k.truncated {
		return
	}
	d := delta{to: k}
	// What is added is copied.
	d.choices(gjson.Get(unsafe.String(unsafe.SliceData(event), len(event)), "choices"))
}
