package selfcheck

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// In the environment of a process that is to write to this address.
const writeTo = "SELFCHECK_WRITE_TO"

// write sends the time again and again, from a process with processors of its own.
func write(addr string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer conn.Close()
	for {
		time.Sleep(7 * time.Millisecond)
		b := binary.LittleEndian.AppendUint64(nil, uint64(time.Now().UnixNano()))
		if _, err := conn.Write(b); err != nil {
			return
		}
	}
}

// Does the canary tell what it is kept for? Beside goroutines that compete with
// a reader it compares the lag of the reader's stamps, with that of the canary
// and of one that does not queue. -cpu says on how many processors:
//
//	go test -run '^$' -bench Lag -cpu 2 ./internal/selfcheck
func BenchmarkLag(b *testing.B) {
	for _, load := range []struct {
		name string
		run  func(stop *atomic.Bool)
	}{
		{"spin", func(stop *atomic.Bool) {
			for !stop.Load() {
			}
		}},
		{"short", func(stop *atomic.Bool) { // like a stream of events
			for !stop.Load() {
				burn(200 * time.Microsecond)
				time.Sleep(500 * time.Microsecond)
			}
		}},
		{"pair", func(stop *atomic.Bool) { // like a transport and its user
			c := make(chan struct{})
			defer close(c)
			go func() {
				for range c {
					burn(50 * time.Microsecond)
				}
			}()
			for !stop.Load() {
				c <- struct{}{}
				burn(50 * time.Microsecond)
			}
		}},
		{"garbage", func(stop *atomic.Bool) {
			var keep [][]byte
			for !stop.Load() {
				if keep = append(keep, make([]byte, 4096)); len(keep) > 10000 {
					keep = nil
				}
			}
		}},
	} {
		for _, k := range []int{0, 2, 8, 32} {
			if k == 0 && load.name != "spin" {
				continue
			}
			b.Run(fmt.Sprintf("load=%s/k=%d", load.name, k), func(b *testing.B) {
				for b.Loop() {
					compare(b, k, load.run)
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func burn(d time.Duration) {
	for t := time.Now(); time.Since(t) < d; {
	}
}

// compare takes some seconds, so that a benchmark runs it once.
func compare(b *testing.B, k int, load func(*atomic.Bool)) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writeTo+"="+listener.Addr().String())
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	conn, err := listener.Accept()
	if err != nil {
		b.Fatal(err)
	}
	var stop, measuring atomic.Bool
	var wg sync.WaitGroup
	for range k {
		wg.Go(func() { load(&stop) })
	}
	var stamps, timer metrics.Percentiles
	wg.Go(func() {
		var p [8]byte
		for {
			if _, err := io.ReadFull(conn, p[:]); err != nil {
				return
			}
			if now := time.Now().UnixNano(); measuring.Load() {
				stamps.Record(time.Duration(now - int64(binary.LittleEndian.Uint64(p[:]))).Seconds())
			}
		}
	})
	time.Sleep(500 * time.Millisecond)
	w := Start()
	measuring.Store(true)
	begin := time.Now()
	wg.Go(func() { // half an interval beside the canary
		for due := begin.Add(interval / 2); !stop.Load(); {
			time.Sleep(time.Until(due))
			due = record(&timer, begin, due, time.Now())
		}
	})
	time.Sleep(8 * time.Second)
	measuring.Store(false)
	f := w.Stop()
	stop.Store(true)
	conn.Close()
	wg.Wait()

	report := func(p *metrics.Percentiles, percent float64, name string) {
		v, _ := p.At(percent)
		b.ReportMetric(v*1e9, fmt.Sprintf("%s-p%g-ns", name, percent))
	}
	report(&stamps, 50, "stamp")
	report(&stamps, 99, "stamp")
	report(&timer, 99, "timer")
	report(&w.lags, 50, "canary")
	b.ReportMetric(float64(f.WakeP99), "canary-p99-ns")
	b.ReportMetric(float64(f.SchedP99), "sched-p99-ns")
	if k > 0 {
		b.Logf("%d procs, %d stamps, %d wakes: %s", runtime.GOMAXPROCS(0), stamps.N(), f.Wakes, f.Explain())
	}
}
