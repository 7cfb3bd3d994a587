package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Each signal that asks a program to end ends its context, and what run does then is
// done: the test binary runs itself as such a program.
func TestSignalsEndMain(t *testing.T) {
	if os.Getenv("CLI_TEST_MAIN") != "" {
		Main(func(ctx context.Context) int {
			fmt.Println("ready")
			<-ctx.Done()
			fmt.Println("report")
			return 7
		})
	}
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send these signals to another there")
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		for _, nohup := range []bool{false, true} {
			cmd := exec.Command(os.Args[0], "-test.run=TestSignalsEndMain")
			if nohup {
				cmd = exec.Command("sh", "-c", `trap "" HUP; exec "$0" "$@"`, os.Args[0], "-test.run=TestSignalsEndMain")
			}
			cmd.Env = append(os.Environ(), "CLI_TEST_MAIN=1")
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Skip(err)
			}
			lines := bufio.NewReader(stdout)
			if line, _ := lines.ReadString('\n'); line != "ready\n" {
				t.Fatalf("first line %q", line)
			}
			cmd.Process.Signal(sig)
			if nohup && sig == syscall.SIGHUP {
				cmd.Process.Signal(syscall.SIGTERM) // what ends it: SIGHUP did not, or the status would be its
			}
			rest, _ := io.ReadAll(lines)
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != 7 || !strings.HasPrefix(string(rest), "report\n") {
				t.Errorf("%v, ignoring SIGHUP %v: exit status %d, output %q", sig, nohup, got, rest)
			}
		}
	}
}

// A program and a package of one name are named once.
func TestFailNamesOnce(t *testing.T) {
	var stderr strings.Builder
	p := New("slt", io.Discard, &stderr)
	p.Fail(Failed, errors.New("slt: levels: slt: 0"))
	p.Fail(Failed, errors.New("pricing: no price"))
	if got, want := stderr.String(), "slt: levels: slt: 0\nslt: pricing: no price\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
