// Package memnet is a network inside one process: a listener and the dial
// function that reaches it. Tests serve the real HTTP stack over it in virtual
// time, where a socket of the operating system would stop the clock.
package memnet

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
)

// A Listener accepts the connections made by its Dial.
type Listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen returns an open listener.
func Listen() *Listener {
	return &Listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses further connections; those accepted stay open.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns a name for the listener.
func (l *Listener) Addr() net.Addr { return addr{} }

// Dial connects to the listener whatever the address. A closed listener
// refuses, as a port does on which nobody listens.
func (l *Listener) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: network, Addr: addr{}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

type addr struct{}

func (addr) Network() string { return "mem" }
func (addr) String() string  { return "mem" }

// A Server serves a handler on a listener of its own.
type Server struct {
	*Listener
	http  *http.Server
	done  chan struct{}
	conns sync.WaitGroup
}

// Serve starts a server, for HTTP/1.1 and for HTTP/2 without TLS.
func Serve(handler http.Handler) *Server {
	s := &Server{Listener: Listen(), done: make(chan struct{})}
	s.http = &http.Server{Handler: handler, Protocols: new(http.Protocols), ErrorLog: log.New(io.Discard, "", 0)}
	s.http.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.conns.Add(1)
		case http.StateClosed, http.StateHijacked:
			s.conns.Done()
		}
	}
	s.http.Protocols.SetHTTP1(true)
	s.http.Protocols.SetUnencryptedHTTP2(true)
	go func() {
		defer close(s.done)
		s.http.Serve(s.Listener)
	}()
	return s
}

// Close closes the listener and all connections and waits until the server has
// let go of them: after an early answer it lingers for half a second.
func (s *Server) Close() {
	s.http.Close()
	<-s.done
	s.conns.Wait()
}
