package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/tidwall/gjson"
)

// goroutines is the bare reader of Go: the cost of a goroutine per connection and of the
// runtime's poller, and little else.
var goroutines = reader{
	name: "goroutine per connection",
	what: "net.Conn.Read, a stamp, HTTP chunks, lines, gjson.ValidBytes",
	read: func(ctx context.Context, s *slice) error {
		return s.spawn(ctx, readBare)
	},
}

// readBare sends request after request until ctx ends.
func readBare(ctx context.Context, s *stream) error {
	conn, err := dial(ctx, "tcp", s.slice.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	b := bare{stream: s}
	defer b.leave()
	for {
		if !instant.SleepUntil(ctx, s.due) {
			return nil
		}
		session, body := s.next()
		b.begin(session)
		request := append(net.Buffers{s.head(session)}, body...)
		if _, err := request.WriteTo(conn); err != nil {
			return err
		}
		for ended := false; !ended; {
			n, err := conn.Read(b.room())
			stamp := time.Now()
			if err != nil {
				return err
			}
			if ended, err = b.received(n, stamp); err != nil {
				return err
			}
		}
		s.due = time.Now().Add(s.slice.plan.period)
	}
}

// head returns what goes before the body of a request.
func (s *stream) head(session string) []byte {
	return fmt.Appendf(nil, "POST /v1/chat/completions HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n%s: %s\r\nContent-Length: %d\r\n\r\n",
		s.slice.addr, sessionHeader, session, s.slice.prompts.size+len(s.end))
}

// bare reads the responses of one connection, as the program's own server sends
// them: each chunk of the body holds whole events of one line, and ends in one.
type bare struct {
	stream     *stream
	buf        []byte
	start, end int  // not yet looked at
	head       bool // the head of the response has been read

	session     string
	first, last time.Time
}

func (b *bare) begin(session string) {
	b.session, b.head = session, false
	b.first, b.last = time.Time{}, time.Time{}
}

// leave ends reading, in the middle of a response perhaps.
func (b *bare) leave() {
	if !b.first.IsZero() {
		b.stream.arrived(b.session, b.first, b.last, false)
	}
}

// room returns where the next read may go.
func (b *bare) room() []byte {
	const size = 4 << 10
	if b.start == b.end {
		b.start, b.end = 0, 0
	}
	if len(b.buf)-b.end < size/2 {
		b.end = copy(b.buf, b.buf[b.start:b.end])
		b.start = 0
		if len(b.buf)-b.end < size/2 {
			b.buf = append(b.buf, make([]byte, max(size, len(b.buf)))...)
		}
	}
	return b.buf[b.end:]
}

var errNotOurs = errors.New("not a response of this program's server")

// received handles n bytes and reports whether the response has ended.
func (b *bare) received(n int, stamp time.Time) (ended bool, err error) {
	b.end += n
	if !b.head {
		rest := b.buf[b.start:b.end]
		i := bytes.Index(rest, []byte("\r\n\r\n"))
		if i < 0 {
			return false, nil
		}
		if !bytes.HasPrefix(rest, []byte("HTTP/1.1 200 ")) {
			return false, fmt.Errorf("%w: %.60q", errNotOurs, rest)
		}
		b.start += i + 4
		b.head = true
	}
	for {
		rest := b.buf[b.start:b.end]
		line := bytes.IndexByte(rest, '\n') + 1
		if line < 3 { // at least a digit and CRLF
			return false, nil
		}
		size, err := hexadecimal(rest[:line-2])
		if err != nil {
			return false, err
		}
		if len(rest) < line+size+2 {
			return false, nil
		}
		b.start += line + size + 2
		if size == 0 {
			b.stream.arrived(b.session, b.first, b.last, true)
			b.first = time.Time{}
			return true, nil
		}
		if err := b.events(rest[line:line+size], stamp); err != nil {
			return false, err
		}
	}
}

// events handles whole events.
func (b *bare) events(text []byte, stamp time.Time) error {
	for len(text) > 0 {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return errNotOurs
		}
		data, ok := bytes.CutPrefix(text[:i], []byte("data: "))
		text = text[i+1:]
		if !ok || string(data) == "[DONE]" {
			continue
		}
		if !gjson.ValidBytes(data) {
			return errNotOurs
		}
		if bytes.Contains(data, []byte(`"delta":{"content":`)) {
			b.token(stamp)
		}
	}
	return nil
}

func (b *bare) token(stamp time.Time) {
	if b.first.IsZero() {
		b.first = stamp
		b.stream.up()
	}
	b.last = stamp
	if b.stream.slice.plan.within(stamp) {
		b.stream.tally.events++
	}
}

func hexadecimal(digits []byte) (n int, err error) {
	for _, c := range digits {
		switch {
		case n > 1<<20:
			return 0, errNotOurs
		case '0' <= c && c <= '9':
			n = n<<4 | int(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | int(c-'a'+10)
		default:
			return 0, errNotOurs
		}
	}
	return n, nil
}
