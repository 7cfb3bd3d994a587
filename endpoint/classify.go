package endpoint

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
)

// isLocal reports whether err is a failure of the client's own machine.
func isLocal(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*net.AddrError](err); ok {
		return true
	}
	for _, errno := range [...]syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, // descriptors
		syscall.EADDRNOTAVAIL, syscall.EADDRINUSE, // ports
		syscall.ENOBUFS, syscall.ENOMEM, syscall.EACCES, syscall.EPERM,
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// isRefused reports whether err means that there was no server to connect to.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) ||
		errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTDOWN)
}

// isTLS reports whether err comes from the TLS layer.
func isTLS(err error) bool {
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ") ||
		strings.Contains(text, "HTTP response to HTTPS client")
}

// isLost reports whether err means that an established connection went away.
func isLost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, syscall.ECONNABORTED) || strings.Contains(err.Error(), "server closed idle connection")
}

// isProtocol reports whether err is what net/http returns for bytes that are not HTTP.
// It has no error types for that, only texts.
func isProtocol(err error) bool {
	text := err.Error()
	if strings.HasSuffix(text, "received from peer") {
		return false // an HTTP/2 error that the server reports
	}
	for _, words := range [...]string{
		"malformed", "chunk", "Content-Length", "connection error: ", "stream error: ", "frame too large",
		"transfer encoding", "header", "unexpected HTTP",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}
