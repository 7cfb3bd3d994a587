// Package transports measures what could carry the records of a fleet from its workers to its
// controller. It has tests and benchmarks only, and is a module of its own, so that what it
// compares is not the library's.
//
//	go test -C tools/transports -bench . -run Same
//
// Four senders move batches of 100 records of 220 bytes, or of one, to one receiver over
// loopback. The receiver acknowledges each batch with its sequence number, and a sender has
// at most 8 without acknowledgment. TestSame holds that every transport delivers all records
// once and in the order of each sender.
//
// # Figures
//
// Records per second of processor time, and as the factor by which that is below TCP's: the
// time in user and system mode of one process that is both sides and what stands between
// them. P50 and P99 of the time until the acknowledgment, in microseconds, at 100 batches a
// second. Each is the median of 3 runs on 2 cores of an AMD EPYC that others used as well
// (Linux, Go 1.26.8, nats-server 2.15.3, nats.go 1.55.0, grpc-go 1.85.0, November 2026).
//
//	                           100 records in a batch           1 record in a batch
//	                        records/cpu-s      P50   P99     records/cpu-s     P50   P99
//	raw TCP, frames         15,058,000   1      54   131      601,000   1       91   978
//	gRPC, one stream         3,905,000   3.9   195   390      201,000   3.0    178   314
//	NATS                     3,536,000   4.3   213  1121      193,000   3.1    201   439
//	NATS, receiver inside    3,268,000   4.6   226  1812      125,000   4.8    191   455
//	JetStream, memory        1,527,000   9.9   320   961       53,000  11.3    290  1035
//	JetStream, file          1,180,000  12.8   365   698       49,000  12.4    297   530
//	HTTP/2, POST each        1,092,000  13.8   393  1812       18,400  32.6    349  1040
//	HTTP/1.1, POST each      1,020,000  14.8   328  4003       24,400  24.7    299   558
//
// Compare ratios. Of one transport, records per processor second differed by at most a quarter
// between the three runs, and P50 by a factor of at most 2.5. P99 is that of the machine more
// than of a transport: it differed by a factor of 9 for NATS and of 150 for JetStream, and ranks
// nothing.
//
// How to read them:
//   - "Receiver inside" is NATS whose receiver is in the broker's process and has no socket to
//     it, only net.Pipe. That spares an address and a password, and no processor time.
//   - JetStream's acknowledgment is the broker's, who stored the batch, not the receiver's. The
//     file is not synced for each batch.
//   - The users of NATS have the permissions that workers need. JetStream's have none.
//   - gRPC has a codec that passes bytes on. With messages of protobuf it would cost more.
//   - Nothing is encrypted, and what TLS costs was not measured. With a broker every byte is
//     encrypted and decrypted twice, unless the receiver is inside.
//   - Loopback has no delay. Over a network, a window of 8 allows 8 batches per round trip.
//
// # What each would still have needed
//
//	              discovery:        authorization:   order      reconnects    sends
//	              neither listens   who says what    by itself                again
//	raw TCP       to do             to do            yes        to do         to do
//	gRPC          to do             to do            yes        but streams   to do
//	NATS          with a broker     a list           yes        yes           to do
//	JetStream     with a broker     a list           yes        yes           to the receiver
//	HTTP          to do             to do            to do      yes           to do
//
// Discovery: worker and controller know the address of a broker and only connect out, so that
// the controller may move, start last, or be out of the workers' reach. With the broker in the
// controller's process that address is the controller's, as with the others. By HTTP the
// controller can tell a worker something only in a response: that takes a request that waits.
//
// Authorization: the broker holds a list of subjects per user, so that no worker can speak for
// another. The others give an identity (mutual TLS), and the checks are code.
//
// Order: with several requests at a time, between 15% and 70% of HTTP's batches came before
// their turn here, and the receiver puts them in order.
//
// Sending again is to be done with each of them. TestPlainPublishLoses restarts the broker in
// mid-stream: of NATS messages whose Publish returned nil, 0.6% to 27% were lost in 6 such
// runs, and none with acknowledgments by the receiver, sending again and dropping copies.
// JetStream keeps what it acknowledged; what it did not, its sender must send again, too.
//
// # Conclusion
//
// NATS costs four times the processor time of bare TCP with full batches and three times with
// batches of one, and two to four times its P50, which is 0.2 ms. It is not the fastest: gRPC
// takes a tenth less of the processor with full batches, and about as much with small ones.
// For a fleet none of this decides. 100,000 records a second in full batches take 3% of one
// core by NATS and 0.7% by TCP, all sides together; one by one it would be half a core, which
// is why there are batches.
//
// What NATS gives for it is that reconnecting, permissions per worker, fan-in and, with a broker
// that stands by itself, a controller that need not be reached are configuration and not code.
// With gRPC, the next best, they would be written. What it takes is one more thing that can
// fail, so that messages need numbers, acknowledgments and sending again in any case. Given
// these, JetStream adds nothing that a fleet needs, for two to four times what NATS costs.
package transports
