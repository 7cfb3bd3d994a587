package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// asProgram in the environment makes the test binary the program itself.
const asProgram = "MINIMAL_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// minimal runs the program.
func minimal(args ...string) (output string, err error) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// The program comes to an answer. Which one depends on the machine: known answers
// are tested in virtual time, by package agentperf.
func TestMinimal(t *testing.T) {
	server, err := endpointtest.Serve(&endpointtest.Engine{Capacity: 250})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	sessions := filepath.Join(t.TempDir(), "sessions.jsonl")
	const session = `{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"one, two, three, four, five"}]}` + "\n"
	if err := os.WriteFile(sessions, []byte(session), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := minimal("-measure", "300ms", server.URL, sessions)
	if err != nil || !strings.Contains(output, "100 tokens/s with TTFT of at most 5s: ") {
		t.Errorf("%v\n%s", err, output)
	}
	t.Log(output)
	if output, err := minimal(server.URL); err == nil || !strings.Contains(output, "usage: minimal") {
		t.Errorf("%v\n%s", err, output)
	}
	if output, err := minimal(server.URL, "missing"); err == nil || !strings.Contains(output, "missing") {
		t.Errorf("%v\n%s", err, output)
	}
}

// The README shows the program as it is.
func TestREADME(t *testing.T) {
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```go\n"+string(program)+"```\n") {
		t.Error("the README shows another program than main.go")
	}
}

// The program can be copied into another module: it imports nothing under internal.
func TestCopiedOut(t *testing.T) {
	const module = "github.com/agentperf/agentperf-go"
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	copied := func(from, to string, edit func(string) string) {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, to), []byte(edit(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	asIs := func(s string) string { return s }
	copied("main.go", "main.go", asIs)
	copied(filepath.Join(root, "go.sum"), "go.sum", asIs)
	copied(filepath.Join(root, "go.mod"), "go.mod", func(s string) string {
		return strings.Replace(s, "module "+module, "module example.com/minimal", 1) +
			"\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + filepath.ToSlash(root) + "\n"
	})
	run := func(args ...string) (string, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		text, err := cmd.CombinedOutput()
		return string(text), err
	}
	if output, err := run("list", "-deps", module+"/agentperf"); err != nil {
		t.Skipf("the modules that the library needs are not at hand: %v\n%s", err, output)
	}
	if output, err := run("build", "-o", os.DevNull, "."); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
