package broker

import (
	"testing"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
)

// A batch of 100 records of 220 bytes from a worker to the controller, which answers each,
// with up to 8 unanswered. Both ends and the broker are in the process.
func BenchmarkBatches(b *testing.B) {
	s, err := Start(Config{Fleet: "test"})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	dial, secret := s.Controller()
	controller, err := natsbus.Dial(b.Context(), natsbus.Config{URL: s.URL(), Name: bus.Controller, Secret: secret, Dial: dial})
	if err != nil {
		b.Fatal(err)
	}
	defer controller.Close()
	worker, err := natsbus.Dial(b.Context(), natsbus.Config{URL: s.URL(), Name: "b"})
	if err != nil {
		b.Fatal(err)
	}
	defer worker.Close()
	const records, unanswered = 100, 8
	answers := make(chan struct{}, unanswered)
	if err := worker.Subscribe(bus.To("test", "b"), func(string, []byte) { answers <- struct{}{} }); err != nil {
		b.Fatal(err)
	}
	if err := controller.Subscribe(bus.From("test", "*"), func(string, []byte) { _ = controller.Publish(bus.To("test", "b"), []byte("ok")) }); err != nil {
		b.Fatal(err)
	}
	batch := make([]byte, records*220)
	b.SetBytes(int64(len(batch)))
	waiting := 0
	for b.Loop() {
		if waiting == unanswered {
			<-answers
			waiting--
		}
		if err := worker.Publish(bus.From("test", "b"), batch); err != nil {
			b.Fatal(err)
		}
		waiting++
	}
	for range waiting {
		<-answers
	}
	b.ReportMetric(float64(b.N*records)/b.Elapsed().Seconds(), "records/s")
}
