package endpoint

import (
	"bytes"
	"net"
	"runtime"
	"slices"
	"testing"

	"github.com/agentperf/agentperf-go/metrics"
)

// A body of 400 KB goes out from where it is: a request takes the memory of a list of
// its segments, and of what HTTP makes of any request.
func TestSendAllocations(t *testing.T) {
	conn := onTCP(t, func(c net.Conn) {
		defer c.Close()
		for p := make([]byte, 64<<10); ; {
			n, err := c.Read(p)
			if err != nil {
				return
			}
			if p[n-1] == '}' {
				answer(c)
			}
		}
	})
	segments := slices.Repeat([][]byte{bytes.Repeat([]byte("word"), 256)}, 400)
	segments = append(segments, []byte("}"))
	send := func() {
		var clock metrics.Clock
		if _, err := conn.Stream(t.Context(), "", segments, &clock); err != nil {
			t.Fatal(err)
		}
	}
	send() // connects
	objects, taken := allocated(send)
	const mostObjects, mostBytes = 200, 32 << 10 // a buffer to copy with takes 32 KB alone
	if objects > mostObjects || taken > mostBytes {
		t.Errorf("%d allocations of %d bytes for a request of %d, want at most %d of %d", objects, taken, size(segments), mostObjects, mostBytes)
	}
}

// What an agent keeps between its requests: the buffers of its connection, and a list of
// the segments of one write. There are ten thousand agents.
func TestHeapOfConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const agents = 50
	go func() { // with no memory of its own for each connection
		p := make([]byte, 64<<10)
		for range agents {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			for end := false; !end; {
				n, err := c.Read(p)
				if err != nil {
					return
				}
				end = p[n-1] == '}'
			}
			answer(c)
		}
		l.Accept() // until the test is over
	}()
	client, err := New(Config{URL: "http://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	segments := append(slices.Repeat([][]byte{[]byte("word")}, 2000), []byte("}"))
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what finalizers and pools held on to
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var conns [agents]*Conn
	before := heap()
	for i := range conns {
		conns[i] = client.Conn()
		defer conns[i].Close()
		var clock metrics.Clock
		if _, err := conns[i].Stream(t.Context(), "", segments, &clock); err != nil {
			t.Fatal(err)
		}
	}
	each := int64(heap()-before) / agents
	t.Logf("%d bytes", each)
	const most = 13 << 10
	if each > most {
		t.Errorf("%d bytes of heap for each connection, want at most %d", each, most)
	}
}
