package endpoint_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
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

// Any HTTP client can be timed, such as the one of an SDK that takes an http.Client.
func ExampleTransport() {
	server, err := endpointtest.Serve(&endpointtest.Engine{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := &http.Client{Transport: &endpoint.Transport{}}

	var clock metrics.Clock
	ctx, observation := endpoint.Observe(context.Background(), &clock)
	const body = `{"model":"simulated","messages":[{"role":"user","content":"Hi"}],"max_tokens":40,"stream":true,"stream_options":{"include_usage":true}}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	io.Copy(io.Discard, resp.Body) // in earnest: the client decodes it
	resp.Body.Close()

	response, err := observation.Result()
	fmt.Println(response.FinishReason, clock.Timing().Tokens, "tokens", err)
	// Output:
	// length 40 tokens <nil>
}

// A stream from anywhere, such as a recorded one, is read as one from a server is.
func ExampleDecode() {
	stream := strings.NewReader(`data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}

data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":1}}

data: [DONE]

`)
	var clock metrics.Clock
	clock.Sent(time.Now())
	response, err := endpoint.Decode(endpoint.APIChat, stream, &clock)
	fmt.Println(response.FinishReason, clock.Timing().Usage.Prompt, "input tokens", err)
	// Output:
	// stop 7 input tokens <nil>
}
