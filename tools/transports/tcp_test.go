package transports

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
)

// startTCP is the floor: frames with their length before them, written when the sender would
// wait, and acknowledgments when the receiver would.
func startTCP(tb testing.TB, in *inbox) func(s *sender) (link, error) {
	l := listen(tb)
	tb.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go receiveTCP(conn, in)
		}
	}()
	return func(s *sender) (link, error) {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return nil, err
		}
		tb.Cleanup(func() { conn.Close() })
		go func() {
			var seq [8]byte
			for r := bufio.NewReader(conn); ; {
				if _, err := io.ReadFull(r, seq[:]); err != nil {
					s.acked(0, err)
					return
				}
				s.acked(binary.BigEndian.Uint64(seq[:]), nil)
			}
		}()
		return tcpLink{bufio.NewWriterSize(conn, buffer)}, nil
	}
}

// buffer holds one batch and some: one system call for each, or for several small ones.
const buffer = 32 << 10

func receiveTCP(conn net.Conn, in *inbox) error {
	defer conn.Close()
	r, w := bufio.NewReaderSize(conn, buffer), bufio.NewWriter(conn)
	frame := make([]byte, maxBatch)
	var number [8]byte
	for {
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
		if _, err := io.ReadFull(r, number[:4]); err != nil {
			return err
		}
		n := binary.BigEndian.Uint32(number[:])
		if n > maxBatch {
			return fmt.Errorf("a frame of %d bytes, want at most %d", n, maxBatch)
		}
		if _, err := io.ReadFull(r, frame[:n]); err != nil {
			return err
		}
		_, seq, err := in.take(frame[:n])
		if err != nil {
			return err
		}
		binary.BigEndian.PutUint64(number[:], seq)
		if _, err := w.Write(number[:]); err != nil {
			return err
		}
	}
}

type tcpLink struct{ w *bufio.Writer }

func (l tcpLink) send(batch []byte) error {
	if err := binary.Write(l.w, binary.BigEndian, uint32(len(batch))); err != nil {
		return err
	}
	_, err := l.w.Write(batch)
	return err
}

func (l tcpLink) flush() error { return l.w.Flush() }
