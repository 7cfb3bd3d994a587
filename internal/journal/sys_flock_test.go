//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package journal_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/agentperf/agentperf-go/internal/journal"
)

func init() {
	children["full log"] = func(dir string) error { return appendTillFull(dir, 300, 0) }
	children["full rows"] = func(dir string) error { return appendTillFull(dir, 0, 500) }
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	refused := func(when string) {
		t.Helper()
		j, err := journal.Open(dir, []byte(header))
		if err == nil {
			j.Close()
			t.Fatalf("%s: opened twice", when)
		}
		if !strings.Contains(err.Error(), "another run uses "+dir) {
			t.Errorf("%s: error %q", when, err)
		}
	}
	j := open(t, dir)
	refused("new")
	add(t, j, 0)
	refused("after Append")
	j.Close()
	check(t, open(t, dir), dir, 1)

	dir = t.TempDir()
	cmd := child("append", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	if !bufio.NewScanner(out).Scan() {
		t.Fatal("the child says nothing")
	}
	refused("by another process")
	cmd.Process.Kill()
	cmd.Wait()
	open(t, dir)
}

func TestDevice(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(os.DevNull, filepath.Join(dir, journal.Name)); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, []byte(header)); err == nil || !strings.Contains(err.Error(), "is no journal") {
		t.Errorf("a device as the journal: %v", err)
	}
}

// A full disk, as far as a limit on the length of files is like one: a write
// ends in the middle of a line, or of a member.
func TestDiskFull(t *testing.T) {
	for _, mode := range []string{"full log", "full rows"} {
		dir := t.TempDir()
		out, err := child(mode, dir).Output()
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		n := strings.Count(string(out), "\n")
		j := open(t, dir)
		if len(j.Records()) != n || n == 0 {
			t.Errorf("%s: %d records, %d were acknowledged", mode, len(j.Records()), n)
		}
		if rows := len(unzip(t, dir)); mode == "full rows" && rows != 1000*n {
			t.Errorf("%s: %d bytes of rows, want %d", mode, rows, 1000*n)
		}
		if err := j.Append([]byte("{}"), nil); err != nil {
			t.Error(err)
		}
	}
}

func appendTillFull(dir string, data, rows int) error {
	const limit = 10_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	j, err := journal.Open(dir, []byte(header))
	if err != nil {
		return err
	}
	random := rand.NewChaCha8([32]byte{}) // so that rows do not get shorter
	side := func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%0*x", 2*rows, bytesOf(random, rows))
		return err
	}
	if rows == 0 {
		side = nil
	}
	text := fmt.Appendf(nil, "%q", strings.Repeat("x", data))
	for n := range limit {
		if err := j.Append(text, side); err == nil {
			fmt.Println(n + 1)
			continue
		} else if !errors.Is(err, syscall.EFBIG) {
			return fmt.Errorf("append failed with %w, expected %w", err, syscall.EFBIG)
		}
		if err := j.Append([]byte("1"), nil); err == nil || !strings.Contains(err.Error(), "takes no more records") {
			return fmt.Errorf("append after a failed one: %v", err)
		}
		return j.Close()
	}
	return errors.New("no write failed")
}

func bytesOf(r io.Reader, n int) []byte {
	b := make([]byte, n)
	io.ReadFull(r, b)
	return b
}
