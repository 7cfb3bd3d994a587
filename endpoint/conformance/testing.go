package conformance

import (
	"fmt"
	"testing"
	"time"
)

// Test is [Run] as a test, with a subtest for each rule. A required rule that fails or cannot
// be seen fails its subtest; what others find is logged.
//
// It first logs what it will take at most. A deadline of the test that comes before
// [Config.Timeout] is fatal: the message names the -timeout that would do.
func Test(t *testing.T, cfg Config, want ...Capability) {
	t.Helper()
	s, err := newSuite(cfg, want)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	t.Logf("at most %v", s.report.Most)
	if deadline, ok := t.Deadline(); ok {
		if err := fits(time.Until(deadline), s.cfg.Timeout); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := s.limit(t.Context())
	defer cancel()
	s.prepare(ctx)
	for _, r := range rules {
		t.Run(string(r.name), func(t *testing.T) {
			f := s.judge(ctx, r)
			switch err := f.err(); {
			case err != nil:
				t.Error(err)
			case f.Status == Skipped:
				t.Skipf("%s (%s)", f.Saw, f.Why)
			default:
				t.Logf("%s: %s (%s)", f.Status, f.Saw, f.Why)
			}
		})
	}
	if _, err := s.end(ctx); err != nil {
		t.Error(err)
	}
}

// fits returns an error if the time that is left is less than the suite may take, and some
// to clean up in.
func fits(left, most time.Duration) error {
	const cleanup = 10 * time.Second
	if left >= most+cleanup {
		return nil
	}
	return fmt.Errorf("conformance: the suite may take %v and the test has %v left: run it with a -timeout that is %v longer, or with a shorter Config.Timeout",
		most, left.Round(time.Second), (most+cleanup-left).Truncate(time.Second)+time.Second)
}
