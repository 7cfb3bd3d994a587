package transports

import (
	"context"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	memory = jetstream.MemoryStorage
	file   = jetstream.FileStorage
)

// backlog bounds the batches that the stream holds for the receiver: 22 MB of the large ones.
const backlog = 1000

// startJetStream publishes to a stream. The broker acknowledges what it has stored; a consumer
// hands it to the receiver, whose acknowledgment deletes it.
func startJetStream(storage jetstream.StorageType) func(tb testing.TB, in *inbox) func(s *sender) (link, error) {
	return func(tb testing.TB, in *inbox) func(s *sender) (link, error) {
		b := broker(tb, server.Options{JetStream: true, StoreDir: tb.TempDir(), JetStreamMaxMemory: 1 << 30, JetStreamMaxStore: 1 << 30})
		js, err := jetstream.New(join(tb, b, "receiver"))
		if err != nil {
			tb.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		stream, err := js.CreateStream(ctx, jetstream.StreamConfig{
			Name: "batches", Subjects: []string{"from.*"}, Storage: storage, Retention: jetstream.WorkQueuePolicy,
		})
		if err != nil {
			tb.Fatal(err)
		}
		consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{AckPolicy: jetstream.AckExplicitPolicy})
		if err != nil {
			tb.Fatal(err)
		}
		stored := make(chan struct{}, backlog)
		consuming, err := consumer.Consume(func(m jetstream.Msg) {
			if _, _, err := in.take(m.Data()); err == nil {
				m.Ack()
				<-stored
			}
		})
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(consuming.Stop)
		return func(s *sender) (link, error) { return joinJetStream(tb, b, s, stored) }
	}
}

func joinJetStream(tb testing.TB, b *server.Server, s *sender, stored chan struct{}) (link, error) {
	js, err := jetstream.New(join(tb, b, "sender"))
	if err != nil {
		return nil, err
	}
	l := jetstreamLink{js, "from." + string(rune('0'+s.number)), stored, make(chan future, window)}
	go func() {
		for f := range l.futures {
			select {
			case <-f.Ok():
				s.acked(f.seq, nil)
			case err := <-f.Err():
				s.acked(0, err)
			}
		}
	}()
	tb.Cleanup(func() { close(l.futures) })
	return l, nil
}

type jetstreamLink struct {
	js      jetstream.JetStream
	subject string
	stored  chan struct{}
	futures chan future
}

// A future is an acknowledgment to come.
type future struct {
	jetstream.PubAckFuture
	seq uint64
}

func (l jetstreamLink) send(batch []byte) error {
	_, seq, err := head(batch)
	if err != nil {
		return err
	}
	l.stored <- struct{}{}
	f, err := l.js.PublishAsync(l.subject, batch)
	if err != nil {
		return err
	}
	l.futures <- future{f, seq}
	return nil
}

func (l jetstreamLink) flush() error { return nil }
