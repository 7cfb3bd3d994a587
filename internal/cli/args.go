package cli

import (
	"fmt"
	"maps"
	"slices"
)

// Arg returns an argument that gives a flag a value, none for the zero value.
func Arg[T comparable](flag string, value T) []string {
	if value == *new(T) {
		return nil
	}
	return []string{fmt.Sprintf("-%s=%v", flag, value)}
}

// Args returns arguments with which another process sends to the same endpoint in the same way,
// whatever it sends: model and fields are not among them. They may hold a key, as the value of a
// header.
func (e *Endpoint) Args() []string {
	args := slices.Concat(Arg("endpoint", e.URL), Arg("api", e.api), Arg("api-key-env", e.keyEnv),
		Arg("session-header", e.sessionHeader), Arg("request-timeout", e.timeout), Arg("ca", e.ca), Arg("http2", e.http2))
	for _, name := range slices.Sorted(maps.Keys(e.header)) {
		for _, value := range e.header[name] {
			args = append(args, Arg("header", name+"="+value)...)
		}
	}
	return args
}
