package transports

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// startGRPC keeps one stream in both directions for each sender.
func startGRPC(tb testing.TB, in *inbox) func(s *sender) (link, error) {
	l := listen(tb)
	server := grpc.NewServer(grpc.ForceServerCodec(raw{}))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "transports.Batches",
		HandlerType: (*any)(nil),
		Streams:     []grpc.StreamDesc{{StreamName: "Move", ClientStreams: true, ServerStreams: true, Handler: receiveGRPC}},
	}, in)
	go server.Serve(l)
	tb.Cleanup(server.Stop)
	return func(s *sender) (link, error) {
		conn, err := grpc.NewClient("passthrough:///"+l.Addr().String(),
			grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
		if err != nil {
			return nil, err
		}
		tb.Cleanup(func() { conn.Close() })
		stream, err := conn.NewStream(context.Background(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/transports.Batches/Move")
		if err != nil {
			return nil, err
		}
		go func() {
			for {
				var number []byte
				if err := stream.RecvMsg(&number); err != nil || len(number) != 8 {
					s.acked(0, fmt.Errorf("% x, want a number of 8 bytes: %w", number, err))
					return
				}
				s.acked(binary.BigEndian.Uint64(number), nil)
			}
		}()
		return grpcLink{stream}, nil
	}
}

func receiveGRPC(in any, stream grpc.ServerStream) error {
	for {
		var batch []byte
		if err := stream.RecvMsg(&batch); err != nil {
			return err
		}
		_, seq, err := in.(*inbox).take(batch)
		if err != nil {
			return err
		}
		number := ack(seq)
		if err := stream.SendMsg(&number); err != nil {
			return err
		}
	}
}

type grpcLink struct{ stream grpc.ClientStream }

func (l grpcLink) send(batch []byte) error { return l.stream.SendMsg(&batch) }
func (l grpcLink) flush() error            { return nil }

// raw is a codec whose messages are bytes already.
type raw struct{}

func (raw) Name() string                       { return "raw" }
func (raw) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error { *v.(*[]byte) = data; return nil }
