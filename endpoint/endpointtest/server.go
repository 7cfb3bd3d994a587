package endpointtest

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
)

// A Server serves a handler on the loopback interface, reachable from this machine
// only.
type Server struct {
	// URL is the address, without a path.
	URL string

	http *http.Server
	done chan struct{}
}

// Serve starts a server on a free port of 127.0.0.1, or of [::1] without IPv4. Close
// it.
func Serve(handler http.Handler) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		var err6 error
		if l, err6 = net.Listen("tcp", "[::1]:0"); err6 != nil {
			return nil, fmt.Errorf("endpointtest: no loopback port: %w", err)
		}
	}
	s := &Server{
		URL:  "http://" + l.Addr().String(),
		http: &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)},
		done: make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		s.http.Serve(l)
	}()
	return s, nil
}

// Close stops listening and closes all connections, also those in use.
func (s *Server) Close() {
	s.http.Close()
	<-s.done
}
