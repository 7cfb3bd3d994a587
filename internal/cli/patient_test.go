package cli

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// takes is a writer that takes its time for a write.
type takes struct {
	time time.Duration
	got  *written
}

func (w takes) Write(text []byte) (int, error) {
	time.Sleep(w.time)
	w.got.mu.Lock()
	defer w.got.mu.Unlock()
	w.got.text += string(text)
	return len(text), nil
}

// written is what several writers have written.
type written struct {
	mu   sync.Mutex
	text string
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text
}

// A write takes as long as it needs, until the program is to end. After that it has a second, and
// after one that was given up nothing is written or waited for any more.
func TestPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var got written
		slow, quick := newPatient(ctx, takes{time.Minute, &got}), newPatient(ctx, takes{patience - 1, &got})
		write := func(p *patient, want time.Duration, wantErr error) {
			t.Helper()
			begun, text := time.Now(), []byte("abc")
			n, err := p.Write(text)
			text[0] = 'x' // the caller's again
			if took := time.Since(begun); took != want || !errors.Is(err, wantErr) || err == nil && n != 3 {
				t.Errorf("%d, %v after %v, want %v after %v", n, err, took, wantErr, want)
			}
		}
		write(slow, time.Minute, nil)
		time.AfterFunc(10*time.Second, cancel)
		write(slow, 10*time.Second+patience, errHeld)
		write(slow, 0, errHeld)
		write(quick, patience-1, nil)
		write(quick, patience-1, nil)
		time.Sleep(time.Minute)
		if got := got.String(); got != "abcabcabcabc" {
			t.Errorf("written: %q", got)
		}
	})
}
