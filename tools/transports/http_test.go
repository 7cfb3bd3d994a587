package transports

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// startHTTP posts each batch in a request of its own, whose response is the acknowledgment: as
// many at a time as the window has, over HTTP/2 on one connection or HTTP/1.1 on several.
func startHTTP(two bool) func(tb testing.TB, in *inbox) func(s *sender) (link, error) {
	return func(tb testing.TB, in *inbox) func(s *sender) (link, error) {
		var protocols http.Protocols
		protocols.SetHTTP1(!two)
		protocols.SetUnencryptedHTTP2(two)
		l := listen(tb)
		server := &http.Server{Protocols: &protocols, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength < headerSize || r.ContentLength > maxBatch {
				http.Error(w, "a batch of another size", http.StatusBadRequest)
				return
			}
			batch := make([]byte, r.ContentLength)
			_, err := io.ReadFull(r.Body, batch)
			if err == nil {
				var seq uint64
				if _, seq, err = in.take(batch); err == nil {
					w.Write(ack(seq))
					return
				}
			}
			http.Error(w, err.Error(), http.StatusBadRequest)
		})}
		go server.Serve(l)
		tb.Cleanup(func() { server.Close() })
		return func(s *sender) (link, error) {
			t := &http.Transport{Protocols: &protocols, MaxIdleConnsPerHost: window, DisableCompression: true}
			tb.Cleanup(t.CloseIdleConnections)
			return httpLink{s, &http.Client{Transport: t}, "http://" + l.Addr().String()}, nil
		}
	}
}

type httpLink struct {
	s      *sender
	client *http.Client
	url    string
}

func (l httpLink) send(batch []byte) error {
	go func() { l.s.acked(l.post(batch)) }()
	return nil
}

func (l httpLink) flush() error { return nil }

func (l httpLink) post(batch []byte) (seq uint64, err error) {
	response, err := l.client.Post(l.url, "application/octet-stream", bytes.NewReader(batch))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return 0, err
	case response.StatusCode != http.StatusOK || len(body) != 8:
		return 0, fmt.Errorf("%s: %q, want 200 and a number of 8 bytes", response.Status, body)
	}
	return binary.BigEndian.Uint64(body), nil
}
