package endpoint

import (
	"context"
	"io"
	"net/http"
	"time"
)

// A Transport is an [http.RoundTripper] that times the streamed answers of any HTTP
// client that can be given one, as [Conn.Stream] times its own:
//
//	client := openai.NewClient(option.WithHTTPClient(&http.Client{Transport: &endpoint.Transport{}}))
//
// It times the requests whose context comes from [Observe] and hands on all others
// untouched. It changes neither request nor answer: retries, redirects, proxies and what
// else the client does stay its own.
//
// The path of a request says which API its answer is in: chat completions unless it ends in
// /messages or /responses.
//
// An answer is read as it arrives, by a goroutine of its own, and kept until the client
// reads it, so that stamps are those of the network even where the client reads late. Up
// to 8 MiB are kept; beyond, reading waits for the client, and stamps with it. A client
// that neither reads an answer to its end nor closes it leaves the goroutine until the
// request's context is done, as it leaves the connection of a bare Base.
//
// What stays hidden from here, and does not from a [Conn]:
//
//   - The time before Base is called, in which the client encodes the request, waits for a
//     slot or for the pause between two attempts. It is part of no figure; the pause between
//     two attempts is.
//   - Buffers in Base. Of net/http these are small, but it hands out the beginning of an
//     HTTP chunk that comes in parts only with the chunk's end.
//   - HTTP/2: a goroutine of the connection reads frames, and stamps are taken when that of
//     the answer is told. What holds up one stream of a connection holds up the others.
//   - Compression. [http.Transport] asks for gzip unless DisableCompression is set or the
//     client names an encoding, and a compressed answer arrives in the compressor's rhythm.
//
// The zero value is ready. A Transport is safe for concurrent use if Base is. The bodies that
// Base returns must allow Close while they are read, as those of net/http do.
type Transport struct {
	// Base sends the requests; nil means [http.DefaultTransport].
	Base http.RoundTripper
}

// RoundTrip sends a request over Base.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	o, ok := req.Context().Value(observed{}).(*Observation)
	if !ok {
		return base.RoundTrip(req)
	}
	x := o.begin(req)
	resp, err := base.RoundTrip(req)
	switch {
	case err != nil:
		x.end(Response{}, x.conn.failure(brokenOff(req.Context(), err), err, 0))
	case resp.StatusCode == http.StatusSwitchingProtocols:
		x.end(Response{Status: resp.StatusCode}, x.conn.refusal(resp)) // the body is a connection
	default:
		ctx, cancel := context.WithCancelCause(req.Context())
		k := newBacklog(resp.Body, cancel)
		seen := *resp
		seen.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(resp.Body, k), resp.Body}
		resp.Body = k
		stop := context.AfterFunc(ctx, k.abandon)
		go func() {
			defer cancel(nil)
			defer stop()
			x.read(ctx, &seen)
			_, err := io.Copy(io.Discard, seen.Body)
			k.finish(err)
		}()
	}
	return resp, err
}

// read reads an answer until it is known how it ended.
func (x *exchange) read(ctx context.Context, resp *http.Response) {
	if resp.StatusCode != http.StatusOK {
		x.end(Response{Status: resp.StatusCode}, x.conn.refusal(resp))
		return
	}
	r, err := x.conn.decode(ctx, resp.Body, resp.Header, &x.clock)
	x.response, x.err = r, err
	close(x.ended)
}

// end records the end of an exchange without an event stream.
func (x *exchange) end(r Response, err error) {
	x.clock.Done(time.Now())
	x.response, x.err = r, err
	close(x.ended)
}
