package bustest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
)

// Messages of two publishers, of which one answers: those of each arrive in its order, and
// the function is not called by two at once.
func order(t *testing.T, a, b bus.Conn) {
	const n = 500
	var calls atomic.Int32
	next, done := map[byte]int{}, make(chan error, 2*n)
	err := a.Subscribe(bus.From(Fleet, "*"), func(_ string, data []byte) {
		if calls.Add(1) != 1 {
			done <- errors.New("called while it was called")
		}
		if i, err := strconv.Atoi(string(data[1:])); err != nil || i != next[data[0]] {
			done <- fmt.Errorf("got %q, want %d", data, next[data[0]])
		}
		next[data[0]]++
		if next['a'] == n && next['b'] == n {
			done <- nil
		}
		calls.Add(-1)
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for i := range n {
			if err := a.Publish(bus.From(Fleet, "c"), fmt.Append(nil, "a", i)); err != nil {
				done <- err
			}
		}
	}()
	for i := range n {
		publish(t, b, from, fmt.Sprint("b", i))
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A * is one token, neither none nor two, and messages say what their subject is.
func wildcard(t *testing.T, a, b bus.Conn) {
	got := subscribe(t, a, bus.From(Fleet, "*"))
	publish(t, a, "agentperf.test.from", "none")
	publish(t, a, from+".more", "two")
	publish(t, a, bus.From(Fleet, "other"), "one")
	want(t, got, bus.From(Fleet, "other"), "one")
	publish(t, b, from, "b's")
	want(t, got, from, "b's")
}

// What is for another does not arrive; what is for two does at both.
func others(t *testing.T, a, b bus.Conn) {
	atB, atA, none := subscribe(t, b, to), subscribe(t, a, to), subscribe(t, a, bus.To(Fleet, "c"))
	publish(t, b, from, "nobody has subscribed to this")
	publish(t, a, to+"b", "longer")
	publish(t, a, bus.To(Fleet, "c"), "c's")
	publish(t, a, to, "b's")
	want(t, atB, to, "b's")
	want(t, atA, to, "b's")
	want(t, none, bus.To(Fleet, "c"), "c's")
}

// Messages come as they were sent, whatever their bytes and their size.
func big(t *testing.T, a, b bus.Conn) {
	atA, atB := subscribe(t, a, from), subscribe(t, b, to)
	for _, size := range []int{0, 1, 4096, 900_000, bus.MaxMessage} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i * i >> 3)
		}
		publish(t, a, to, string(data))
		publish(t, b, from, string(data))
		want(t, atB, to, string(data))
		want(t, atA, from, string(data))
	}
}

// Neither does a receiver see what the publisher writes into its buffer afterwards, nor
// another receiver what this one does.
func owned(t *testing.T, a, b bus.Conn) {
	first, second := subscribe(t, a, from), subscribe(t, a, from)
	data := []byte("before")
	if err := b.Publish(from, data); err != nil {
		t.Fatal(err)
	}
	copy(data, "after!")
	m := <-first
	if !bytes.Equal(m.data, []byte("before")) {
		t.Errorf("got %q", m.data)
	}
	copy(m.data, "mine!!")
	want(t, second, from, "before")
}

// A function that does not return holds up its own subscription only.
func apart(t *testing.T, a, b bus.Conn) {
	release, entered := make(chan struct{}), make(chan struct{})
	if err := a.Subscribe(from, func(string, []byte) { close(entered); <-release }); err != nil {
		t.Fatal(err)
	}
	got := subscribe(t, a, from)
	publish(t, b, from, "x")
	<-entered
	want(t, got, from, "x")
	close(release)
}

// A closed connection receives nothing more and takes nothing; it may be closed from
// within, and twice.
func closed(t *testing.T, a, b bus.Conn) {
	var calls atomic.Int32
	gone := make(chan struct{})
	err := b.Subscribe(to, func(string, []byte) {
		calls.Add(1)
		b.Close()
		close(gone)
	})
	if err != nil {
		t.Fatal(err)
	}
	atA := subscribe(t, a, to)
	publish(t, a, to, "1")
	<-gone
	publish(t, a, to, "2")
	want(t, atA, to, "1")
	want(t, atA, to, "2")
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls, want the one that closed", n)
	}
	if err := b.Publish(from, nil); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("publishing: %v", err)
	}
	if err := b.Subscribe(to, func(string, []byte) {}); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("subscribing: %v", err)
	}
	b.Close()
}

// What was published before a connection is closed is sent.
func lastWords(t *testing.T, a, b bus.Conn) {
	got := subscribe(t, a, from)
	for i := range 100 {
		publish(t, b, from, fmt.Sprint(i))
	}
	b.Close()
	for i := range 100 {
		want(t, got, from, fmt.Sprint(i))
	}
}

// What cannot be sent is an error at once.
func refused(t *testing.T, a, b bus.Conn) {
	for _, subject := range []string{"", ".", "a..b", "a.", "a b", "a.*", "a.>", "*", ">", "a\r\nPUB", "ä"} {
		if err := a.Publish(subject, nil); err == nil {
			t.Errorf("published to %q", subject)
		}
	}
	for _, subject := range []string{"", "a..b", ">", "agentperf.>", "a\tb"} {
		if err := a.Subscribe(subject, func(string, []byte) {}); err == nil {
			t.Errorf("subscribed to %q", subject)
		}
	}
	if err := b.Publish(from, make([]byte, bus.MaxMessage+1)); err == nil {
		t.Error("published a message that is too large")
	}
}
