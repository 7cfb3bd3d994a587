// Package identity derives the identity of a run from its resolved
// configuration, for journals: two runs with equal identities take the same
// measurement, and one may go on where the other was interrupted.
//
// The identity is found by reflection, never from a second list of fields. A
// field that somebody adds to a configuration is part of it at once, or Of fails
// until it is exempted with a reason. What would make a silent hole is such an
// error: a func, a channel, an I/O stream, an unexported field, whether or not it
// is set today.
//
// It is a JSON object with a key for each exported field, zero or not, under its
// Go name, so that journal.Diff can say which field differs:
//
//	numbers, strings, booleans     as in JSON
//	time.Duration                  "1m30s"
//	time.Time                      the instant in UTC, as in RFC 3339
//	encoding.TextMarshaler         its text; what the text leaves out is left out
//	bytes                          hex
//	json.RawMessage                itself, compacted
//	struct, map with string keys   an object; {} and nil are told apart
//	slice, array                   an array; [] and nil are told apart
//	pointer                        what it points to, null for nil
//	interface                      the dynamic value with its type under "type":
//	                               in the object of a struct, beside "value" otherwise
//	http.Header                    for each name an array of salted digests,
//	                               or "credential"; see Options.Salted
//
// An embedded struct is a field under the name of its type.
//
// # Paths
//
// Options names fields by their paths: Endpoint.APIKey; Tiers[].Name for a field
// of the elements of a slice, array or map; Rule.(agentperf.Controlled).ErrorRate
// for one of a dynamic type, written as in Go, so that an exemption for one rule
// does not cover a field that another gets later. Pointers leave no trace. A path
// that leads nowhere is an error, except beyond an interface that holds another
// type in this configuration.
package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Exemptions are the fields that do not belong to the identity, by path, each
// with the reason. The reason is for readers of the code; it must not be empty.
type Exemptions map[string]string

// Options says what does not appear in an identity as it is. The zero Options
// exempts nothing.
type Options struct {
	Exempt Exemptions
	// Salted are the paths of fields of type map[string][]string whose values
	// appear as digests, as those of every http.Header do. Values that are
	// credentials, by their name or their form, appear as "credential" only, since
	// a rotated key does not make another system.
	Salted []string
	// Salt is the key of the digests: at least MinSalt random bytes. It may be
	// missing where there is nothing to digest. Identities are to be compared only
	// under the same salt.
	//
	// Without the salt a digest tells nothing, and those of two journals cannot be
	// compared. With it, a value that is easy to guess can be found by trying.
	Salt []byte
}

// MinSalt is the least length of Options.Salt in bytes: 128 bits cannot be found
// by trying.
const MinSalt = 16

// Of returns the identity of config, a struct or a pointer to one. Equal
// configurations have the same bytes as their identity. The error has a line for
// each field that cannot be represented and for each path in o that names none.
func Of(config any, o Options) (json.RawMessage, error) {
	root := reflect.ValueOf(config)
	if root.Kind() == reflect.Pointer {
		root = root.Elem()
	}
	if root.Kind() != reflect.Struct || isText(root.Type()) {
		return nil, fmt.Errorf("identity: the configuration is a %T, expected a struct or a pointer to one", config)
	}
	w := &walk{
		Options: o,
		places:  make(map[string]reflect.Type),
		exempt:  make(map[string]bool),
		dynamic: make(map[dynamic]bool),
		within:  make(map[visit]bool),
	}
	var found any
	if w.declare(root.Type(), path{}, nil) {
		found = w.value(root, path{})
	}
	w.checkPaths()
	if len(w.errs) > 0 {
		return nil, errors.Join(w.errs...)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text) // sorts keys
	enc.SetEscapeHTML(false)      // for readers
	if err := enc.Encode(found); err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

// A walk goes through a configuration: first its types, so that what is nil or
// empty today is decided on as well, then its values.
type walk struct {
	Options
	errs    []error
	places  map[string]reflect.Type // all that the types have, by pattern
	exempt  map[string]bool         // the exemptions that were met
	dynamic map[dynamic]bool        // whether a dynamic type can be represented
	within  map[visit]bool          // what the present value is part of
	depth   int
}

func (w *walk) fail(p path, format string, args ...any) {
	w.errs = append(w.errs, fmt.Errorf("identity: %s %s", p.shown, fmt.Sprintf(format, args...)))
}

// checkPaths reports the paths of Options that name no field.
func (w *walk) checkPaths() {
	for _, p := range slices.Sorted(maps.Keys(w.Exempt)) {
		if w.Exempt[p] == "" {
			w.errs = append(w.errs, fmt.Errorf("identity: the exemption of %s has no reason", p))
		}
		if !w.exempt[p] && !w.beyond(p) {
			w.errs = append(w.errs, fmt.Errorf("identity: the exemption of %s names no field, or one of a field that is exempt", p))
		}
	}
	for _, p := range w.Salted {
		if w.places[p] == nil && !w.beyond(p) {
			w.errs = append(w.errs, fmt.Errorf("identity: %s is to be salted and names no field, or one that is exempt", p))
		}
	}
}
