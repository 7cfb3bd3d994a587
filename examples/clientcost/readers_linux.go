package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
)

// floors are the bare readers to compare with.
var floors = []reader{goroutines, {
	name: "epoll, one thread",
	what: "epoll_wait, one read of each socket that is ready, a stamp, the same parsing: the floor",
	read: epoll,
}}

// poller reads all streams in one thread, level-triggered and with blocking
// sockets: a socket that is ready is read once and not asked again.
type poller struct {
	slice   *slice
	fd      int
	conns   []*socket
	waiting []*socket // for their next request, the soonest first
	request []byte
}

type socket struct {
	bare
	fd int
}

func epoll(ctx context.Context, s *slice) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p := &poller{slice: s}
	if p.fd, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	defer func() {
		for _, c := range p.conns {
			c.leave()
			syscall.Close(c.fd)
		}
		syscall.Close(p.fd)
	}()
	ready := make([]syscall.EpollEvent, 256)
	for ctx.Err() == nil {
		wait, err := p.send()
		if err != nil {
			return err
		}
		n, err := syscall.EpollWait(p.fd, ready, wait)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		for _, event := range ready[:max(n, 0)] {
			if err := p.read(p.conns[event.Fd]); err != nil {
				return fmt.Errorf("stream %d: %w", event.Fd, err)
			}
		}
	}
	return nil
}

// send connects and sends what is due, and returns how many milliseconds there
// are until there is more.
func (p *poller) send() (wait int, err error) {
	now := time.Now()
	next := now.Add(20 * time.Millisecond)
	for len(p.conns) < len(p.slice.streams) {
		s := p.slice.streams[len(p.conns)]
		if s.due.After(now) {
			next = instant.Earlier(next, s.due)
			break
		}
		c, err := p.connect(s)
		if err == nil {
			err = p.post(c)
		}
		if err != nil {
			return 0, fmt.Errorf("stream %d: %w", s.index, err)
		}
	}
	sent := 0
	for _, c := range p.waiting {
		if c.stream.due.After(now) {
			next = instant.Earlier(next, c.stream.due)
			break
		}
		if err := p.post(c); err != nil {
			return 0, fmt.Errorf("stream %d: %w", c.stream.index, err)
		}
		sent++
	}
	p.waiting = slices.Delete(p.waiting, 0, sent)
	return int(next.Sub(now)/time.Millisecond) + 1, nil
}

// connect connects a stream.
func (p *poller) connect(s *stream) (*socket, error) {
	addr, err := net.ResolveTCPAddr("tcp4", p.slice.addr)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	c := &socket{bare: bare{stream: s}, fd: fd}
	p.conns = append(p.conns, c) // to be closed
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(s.index)}
	return c, errors.Join(
		syscall.Connect(fd, &syscall.SockaddrInet4{Port: addr.Port, Addr: [4]byte(addr.IP.To4())}),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1}),
		syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, fd, &event))
}

// post sends the next request of a stream.
func (p *poller) post(c *socket) error {
	session, body := c.stream.next()
	c.begin(session)
	p.request = append(p.request[:0], c.stream.head(session)...)
	for _, s := range body {
		p.request = append(p.request, s...)
	}
	for rest := p.request; len(rest) > 0; {
		n, err := syscall.Write(c.fd, rest)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		rest = rest[max(n, 0):]
	}
	return nil
}

// read reads a socket that is ready.
func (p *poller) read(c *socket) error {
	n, err := syscall.Read(c.fd, c.room())
	stamp := time.Now()
	if err != nil {
		return err
	}
	if n == 0 {
		return errNotOurs // the server does not hang up
	}
	ended, err := c.received(n, stamp)
	if ended {
		c.stream.due = time.Now().Add(p.slice.plan.period)
		p.waiting = append(p.waiting, c)
	}
	return err
}
