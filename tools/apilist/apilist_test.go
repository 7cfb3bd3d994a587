package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var fixture = filepath.Join("testdata", "module")

// What is public of the fixture, by hand.
const want = `pkg api, const First Kind = "first"
pkg api, const Long time.Duration = 90000000000
pkg api, const Second untyped int = 1099511627776
pkg api, func Do(io.Reader, ...string) (string, bool)
pkg api, func Each[K comparable, V any](map[K]V, func(K) V) iter.Seq2[K, V]
pkg api, method (*List[T]) Add(T)
pkg api, method (*Struct) Pointer()
pkg api, method (Struct) Promoted()
pkg api, method (Struct) Read([]byte) (int, error)
pkg api, method (Struct) Value(int) int
pkg api, type Alias = Struct
pkg api, type Constraint interface{~int | ~string}
pkg api, type Func func(int) bool
pkg api, type Interface interface
pkg api, type Interface interface, Call(string) error
pkg api, type Interface interface, Close() error
pkg api, type Kind string
pkg api, type List[T any] struct
pkg api, type List[T any] struct, Items []T
pkg api, type Sealed interface
pkg api, type Sealed interface, Public()
pkg api, type Sealed interface, unexported methods
pkg api, type Struct struct
pkg api, type Struct struct, A int
pkg api, type Struct struct, B int
pkg api, type Struct struct, Callback func(int) error
pkg api, type Struct struct, Deep hidden.Number
pkg api, type Struct struct, embedded io.Reader
pkg api, var ErrGone error
pkg api, var Plain map[string][]func(string) (int, error)
pkg example.com/fixture, var Root int
`

func TestList(t *testing.T) {
	file := filepath.Join(t.TempDir(), "api.txt")
	if err := run(new(strings.Builder), fixture, file, true); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got:\n%s", got)
	}
}

// What differs is printed, and how to write the list anew is said.
func TestDifference(t *testing.T) {
	for _, tt := range []struct{ old, new, diff string }{
		{"", "", ""},
		{"type Kind string", "type Kind int", "-pkg api, type Kind int\n+pkg api, type Kind string\n"},
		{"pkg api, var ErrGone error\n", "", "+pkg api, var ErrGone error\n"},
		{"pkg example", "pkg api, var Z int\npkg example", "-pkg api, var Z int\n"},
		{"pkg api, type Kind string\n", "pkg api, type Kind string\npkg api, type Kind string\n", ""},
	} {
		file := filepath.Join(t.TempDir(), "api.txt")
		text := strings.Replace(want, tt.old, tt.new, 1)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		err := run(&out, fixture, file, false)
		if out.String() != tt.diff {
			t.Errorf("%q: printed %q", tt.new, out.String())
		}
		if same := text == want; same != (err == nil) || !same && !strings.Contains(err.Error(), "./apilist -update") {
			t.Errorf("%q: %v", tt.new, err)
		}
	}
}

func TestNoList(t *testing.T) {
	if err := run(new(strings.Builder), fixture, filepath.Join(t.TempDir(), "none"), false); err == nil {
		t.Error("a list that is not there is accepted")
	}
	if err := run(new(strings.Builder), t.TempDir(), "", true); err == nil {
		t.Error("a folder without a module is accepted")
	}
}
