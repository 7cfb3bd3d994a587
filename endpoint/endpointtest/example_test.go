package endpointtest_test

import (
	"bufio"
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// A server that ends a stream after two tokens without a finish_reason, as a
// client has to notice.
func Example() {
	engine := &endpointtest.Engine{
		Capacity: 1000,
		Fault: func(request int) endpointtest.Fault {
			return endpointtest.Fault{Kind: endpointtest.FaultTruncate, After: 2}
		},
	}
	server, err := endpointtest.Serve(engine)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	response, err := http.Post(server.URL+"/v1/chat/completions", "application/json",
		strings.NewReader(`{"model": "simulated", "messages": [{"role": "user", "content": "Hi"}], "stream": true}`))
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if i := strings.Index(lines.Text(), `"delta"`); i >= 0 {
			fmt.Println(lines.Text()[i:])
		}
	}
	fmt.Println(engine.Stats().OutputTokens, "tokens")
	// Output:
	// "delta":{"role":"assistant","content":" bawo"},"finish_reason":null}]}
	// "delta":{"content":" rize"},"finish_reason":null}]}
	// 2 tokens
}
