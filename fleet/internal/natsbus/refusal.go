package natsbus

import (
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// mostRefusals is how often in a row a broker that is found again refuses the client before that
// is final: over two seconds or more, in which one that is restarted has read all of its files.
const mostRefusals = 5

// refused reports whether an error in connecting is that one end does not want the other. What is
// no broker at all may be a proxy whose broker is restarted.
func refused(err error) bool {
	var certificate *tls.CertificateVerificationError
	var alert *net.OpError
	return errors.As(err, &certificate) ||
		errors.As(err, &alert) && alert.Op == "remote error" || // how crypto/tls says that the other end refused
		errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired)
}

// refusals counts those of a broker that was there before.
type refusals struct {
	conn atomic.Pointer[nats.Conn]
	tell func(error)

	n int // of the goroutine that connects anew
}

// wait is that of the package, between two attempts to connect anew. The connection has the error
// of the one before, and none where there was nobody.
func (r *refusals) wait(attempts int) time.Duration {
	switch err := r.conn.Load().LastError(); {
	case attempts == 1 || err == nil:
		r.n = 0
	case refused(err):
		if r.n++; r.n == mostRefusals {
			r.tell(err)
		}
	}
	return wait(attempts)
}
