package endpoint

import (
	"context"
	"io"
	"net"
	"time"
)

// lastResort is how long closing the body of a response may take to end its reading
// before the connection is closed. Closing takes microseconds unless the peer has
// stopped reading the connection, when net/http waits for a write to finish; a second
// is beyond the pauses of a busy client and short to somebody who pressed Ctrl-C.
const lastResort = time.Second

// unblock ends the reading of an HTTP/2 response when ctx ends. net/http does so over
// HTTP/1.1, by closing the connection, but over HTTP/2 it does not look at the context
// once the headers have arrived and while the body of the request waits for flow
// control: only closing the body of the response ends that. Closing may wait in turn, on
// a connection to which nothing can be written. That connection is closed after
// lastResort, which ends the other streams on it too: they can neither send nor make
// room for more output.
//
// stop is called when the response is done with. It waits for what has begun, so that
// no goroutine is left.
func unblock(ctx context.Context, body io.Closer, conn net.Conn) (stop func()) {
	var force *time.Timer
	closed := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(closed)
		force = time.AfterFunc(lastResort, func() { conn.Close() })
		body.Close()
	})
	return func() {
		if !cancel() {
			<-closed
			force.Stop()
		}
	}
}
