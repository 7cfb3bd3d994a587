package journal_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/journal"
)

// Children are this binary, and do one of these instead of tests.
const (
	childMode = "JOURNAL_TEST_CHILD"
	childDir  = "JOURNAL_TEST_DIR"
)

var children = map[string]func(dir string) error{"append": appendForEver}

func TestMain(m *testing.M) {
	if run := children[os.Getenv(childMode)]; run != nil {
		if err := run(os.Getenv(childDir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(mode, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childMode+"="+mode, childDir+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// appendForEver appends records and says how many there are after each.
func appendForEver(dir string) error {
	j, err := journal.Open(dir, []byte(header))
	if err != nil {
		return err
	}
	for i := len(j.Records()); ; i++ {
		data, rows, _ := record(i)
		if err := j.Append([]byte(data), rows); err != nil {
			return err
		}
		if _, err := fmt.Println(i + 1); err != nil {
			return err // the parent is gone
		}
	}
}

func TestKill(t *testing.T) {
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	total := 0
	for range 3 {
		cmd := child("append", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		acks := bufio.NewScanner(out)
		for range 1 + random.IntN(60) {
			if !acks.Scan() {
				t.Fatalf("the child ended by itself: %v", cmd.Wait())
			}
			total = atoi(t, acks.Text())
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for acks.Scan() { // what it had still said
			total = atoi(t, acks.Text())
		}
		cmd.Wait()
		j := open(t, dir)
		n := len(j.Records())
		if n != total && n != total+1 { // one may have been on its way
			t.Fatalf("%d records, %d were acknowledged", n, total)
		}
		check(t, j, dir, n)
		j.Close()
		total = n
	}
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
