package maxusers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadAssignments(t *testing.T) {
	for text, want := range map[string]string{
		`{"1":["b"],"0":["a","c"]}`:         "[[a c] [b]]",
		`{"user_2":["b"],"user_1":["a"]}`:   "[[a] [b]]",
		`{}`:                                "no user",
		`[]`:                                "expected",
		`{"0":["a"],"2":["b"]}`:             "user 1 is missing",
		`{"0":["a"],"user0":["b"]}`:         "user 0 is there twice",
		`{"a":["a"]}`:                       `user "a", expected a number`,
		`{"0":"a"}`:                         "expected",
		`{"99999999999999999999999":["a"]}`: "expected a number",
		`{"10":["k"],"9":["j"],"0":["a"]}`:  "user 1 is missing",
	} {
		name := filepath.Join(t.TempDir(), "users.json")
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := readAssignments(name)
		said := fmt.Sprint(got)
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, want) {
			t.Errorf("%s: %s, want %s", text, said, want)
		}
	}
}
