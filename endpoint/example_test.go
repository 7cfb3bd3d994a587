package endpoint_test

import (
	"context"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
)

func ExampleConn_Stream() {
	server, err := endpointtest.Serve(&endpointtest.Engine{TTFT: 50 * time.Millisecond, PerRequest: 500})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client, err := endpoint.New(endpoint.Config{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	conn := client.Conn()
	defer conn.Close()

	body := []byte(`{"model":"simulated","messages":[{"role":"user","content":"Hi"}],"max_tokens":40,"stream":true,"stream_options":{"include_usage":true}}`)
	var clock metrics.Clock
	response, err := conn.Stream(context.Background(), "", [][]byte{body}, &clock)
	if err != nil {
		fmt.Println(err)
		return
	}
	t := clock.Timing()
	ttft, _ := t.TTFT()
	speed, _ := t.OutputSpeed()
	fmt.Println(response.FinishReason, t.Tokens, "tokens")
	fmt.Println(ttft >= 50*time.Millisecond, speed > 50)
	// Output:
	// length 40 tokens
	// true true
}
