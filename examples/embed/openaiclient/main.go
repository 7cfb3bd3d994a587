// Command openaiclient times answers that the official OpenAI client asks for, by network
// reads: what the client's own code costs is no part of the figures.
//
//	go run . -model gpt-oss-120b http://host:8000/v1
package main

import (
	"context"
	"flag"
	"log"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// newClient returns a client whose requests can be timed. A nil base is the usual transport.
func newClient(url string, base http.RoundTripper) openai.Client {
	return openai.NewClient(
		option.WithBaseURL(url), option.WithAPIKey("none"),
		option.WithHTTPClient(&http.Client{Transport: &endpoint.Transport{Base: base}}),
	)
}

// ask has one streamed answer timed. It calls use with each piece of the answer.
func ask(ctx context.Context, client openai.Client, params openai.ChatCompletionNewParams, use func(text string)) (metrics.Timing, error) {
	var clock metrics.Clock
	ctx, observation := endpoint.Observe(ctx, &clock)
	stream := client.Chat.Completions.NewStreaming(ctx, params)
	defer stream.Close()
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			use(choice.Delta.Content)
		}
	}
	_, err := observation.Result()
	return clock.Timing(), err
}

func main() {
	model := flag.String("model", "", "the model to ask")
	flag.Parse()
	if flag.NArg() != 1 || *model == "" {
		log.Fatal("usage: openaiclient -model NAME URL, such as http://host:8000/v1")
	}
	bytes := 0
	timing, err := ask(context.Background(), newClient(flag.Arg(0), nil), openai.ChatCompletionNewParams{
		Model:         *model,
		Messages:      []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Count to a hundred.")},
		MaxTokens:     openai.Int(400),
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	}, func(text string) { bytes += len(text) })
	if err != nil {
		log.Fatalf("%q", err)
	}
	ttft, _ := timing.TTFT()
	speed, _ := timing.OutputSpeed()
	log.Printf("%d tokens in %d bytes, TTFT %v, %.1f tokens/s", timing.Tokens, bytes, ttft, speed)
}
