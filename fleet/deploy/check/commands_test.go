package check

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// commands returns the command lines of the program that are in the files, by where they are,
// without its name.
func commands(t *testing.T) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	for _, name := range files {
		m := read(t, name)
		all[name+" controller"], all[name+" worker"] = container(t, &m.controller).Args, container(t, &m.workers).Args
	}
	for _, name := range []string{"../systemd/agentperf-fleet-controller.service", "../systemd/agentperf-worker@.service", "../../README.md", "../../../README.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		joined := regexp.MustCompile(`\s*\\\n\s*`).ReplaceAllString(string(text), " ")
		lines := regexp.MustCompile(`(?m)^(?:ExecStart=\S*/|    )(?:go -C fleet run \./cmd/)?agentperf-fleet (.*)$`).FindAllStringSubmatch(joined, -1)
		if len(lines) == 0 && name != "../../../README.md" {
			t.Errorf("%s: no command line", name)
		}
		for _, line := range lines {
			words, _, _ := strings.Cut(line[1], " #")
			all[name+": "+words] = strings.Fields(words)
		}
	}
	return all
}

// program builds the program.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "agentperf-fleet")
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	build := exec.Command("go", "build", "-C", "../..", "-o", file, "./cmd/agentperf-fleet")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	return file
}

// stands are what is put in place of what Kubernetes and systemd put in: what it is of matters,
// and that it leads nowhere.
var stands = strings.NewReplacer(
	"$(JOB_COMPLETION_INDEX)", "0", "%i", "worker-0", "%d", "/no/such", "%S", "/no/such", "${FLEET_WORKERS}", "4", "${FLEET_CAPACITY}", "4000",
	"${FLEET_CONTROLLER}", "tls://127.0.0.1:1", "${FLEET_ENDPOINT}", "http://127.0.0.1:1", "${FLEET_WORKLOAD}", "/no/such",
)

// Every command line is right by the program itself: each flag is known and its value of the
// right kind, and there is nothing to say against all of them together. Since the files that they
// name are not there, it ends then with another exit status than that of wrong usage.
func TestCommandLines(t *testing.T) {
	file := program(t)
	called := func(args ...string) (status int, out string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := exec.CommandContext(ctx, file, args...)
		c.Dir = t.TempDir()
		c.Env = append(os.Environ(), "AGENTPERF_API_KEY=secret")
		text, err := c.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
			t.Fatalf("%q: %v %v\n%s", args, err, ctx.Err(), text)
		}
		return c.ProcessState.ExitCode(), string(text)
	}
	if status, out := called("worker", "-no-such-flag", "-h"); status != 2 {
		t.Fatalf("an unknown flag has the exit status %d: %s", status, out)
	}
	for where, args := range commands(t) {
		args = slices.Clone(args)
		missing := false
		for i := range args {
			args[i] = stands.Replace(args[i])
			missing = missing || strings.Contains(args[i], "-tls-key") || strings.Contains(args[i], "-workload")
		}
		if status, out := called(append(slices.Clone(args), "-h")...); status != 0 {
			t.Errorf("%s: exit status %d: %s", where, status, out)
			continue
		}
		if !missing {
			continue // it would run
		}
		if status, out := called(args...); status != 1 {
			t.Errorf("%s: exit status %d, expected that of files that are not there: %s", where, status, out)
		}
	}
}
