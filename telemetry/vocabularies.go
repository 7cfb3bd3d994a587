package telemetry

import "slices"

// The vocabularies, in which nothing is listed that repeats another family on the same page
// (vLLM's waiting_by_reason, Dynamo's router component), that averages since anybody's last
// scrape (llama-server's *_tokens_seconds) or over an unstated past (hit rates as gauges of
// SGLang and TensorRT-LLM), or that is a mean by request where others have one by token
// (TGI's mean_time_per_token).
var vocabularies = slices.Concat(
	[]vocabulary{vllm, sglang, llama, tgi},
	[]vocabulary{trtllm("trtllm_"), trtllm("trtllm:"), trtllm(""), trtllmPage},
	[]vocabulary{dynamo("dynamo_frontend_"), dynamo("nv_llm_http_service_")},
)

// vLLM 0.6 to 0.32. Old names: gpu_cache_usage_perc (to 0.10), time_per_output_token_seconds
// (per token, to 0.11), gpu_prefix_cache_* (in blocks, to 0.9). Canceled streams are in no
// outcome; kv_cache_usage_perc is a part of 1.
var vllm = vocabulary{engine: "vllm", families: []family{
	{figure: running, name: "vllm:num_requests_running"},
	{figure: waiting, name: "vllm:num_requests_waiting"},
	{figure: kvUse, name: "vllm:kv_cache_usage_perc"},
	{figure: kvUse, name: "vllm:gpu_cache_usage_perc"},
	{figure: preemptions, kind: counter, name: "vllm:num_preemptions_total"},
	{figure: promptTokens, kind: counter, name: "vllm:prompt_tokens_total"},
	{figure: cachedTokens, kind: counter, name: "vllm:prompt_tokens_cached_total"},
	{figure: cachedTokens, kind: counter, name: "vllm:prefix_cache_hits_total"},
	{figure: computed, kind: counter, name: "vllm:prompt_tokens_by_source_total", only: Label{"source", "local_compute"}},
	{figure: generated, kind: counter, name: "vllm:generation_tokens_total"},
	{figure: cacheQueries, kind: counter, name: "vllm:prefix_cache_queries_total"},
	{figure: cacheHits, kind: counter, name: "vllm:prefix_cache_hits_total"},
	{figure: blockQueries, kind: counter, name: "vllm:gpu_prefix_cache_queries_total"},
	{figure: blockHits, kind: counter, name: "vllm:gpu_prefix_cache_hits_total"},
	{figure: drafted, kind: counter, name: "vllm:spec_decode_num_draft_tokens_total"},
	{figure: accepted, kind: counter, name: "vllm:spec_decode_num_accepted_tokens_total"},
	{figure: outcomes, kind: counter, name: "vllm:request_success_total", by: "finished_reason"},
	{figure: queueTime, kind: histogram, name: "vllm:request_queue_time_seconds"},
	{figure: ttft, kind: histogram, name: "vllm:time_to_first_token_seconds"},
	{figure: itl, kind: histogram, name: "vllm:inter_token_latency_seconds"},
	{figure: itl, kind: histogram, name: "vllm:time_per_output_token_seconds"},
	{figure: e2e, kind: histogram, name: "vllm:e2e_request_latency_seconds"},
}}

// SGLang with --enable-metrics. Every rank of tensor and pipeline parallelism may have the
// same series; data-parallel ranks have their own requests. Gauges lag by a log interval.
var sglang = vocabulary{engine: "sglang", ranks: []string{"tp_rank", "pp_rank", "moe_ep_rank"}, families: []family{
	{figure: running, name: "sglang:num_running_reqs"},
	{figure: waiting, name: "sglang:num_queue_reqs"},
	{figure: kvUse, name: "sglang:token_usage"},
	{figure: preemptions, kind: counter, name: "sglang:num_retracted_requests_total"},
	{figure: promptTokens, kind: counter, name: "sglang:prompt_tokens_total"},
	{figure: cachedTokens, kind: counter, name: "sglang:cached_tokens_total"},
	{figure: generated, kind: counter, name: "sglang:generation_tokens_total"},
	{figure: outcomes, kind: counter, name: "sglang:num_requests_total", as: "num_requests"},
	{figure: outcomes, kind: counter, name: "sglang:num_aborted_requests_total", as: "num_aborted_requests"},
	{figure: queueTime, kind: histogram, name: "sglang:queue_time_seconds"},
	{figure: ttft, kind: histogram, name: "sglang:time_to_first_token_seconds"},
	{figure: itl, kind: histogram, name: "sglang:inter_token_latency_seconds"},
	{figure: itl, kind: histogram, name: "sglang:time_per_output_token_seconds"},
	{figure: e2e, kind: histogram, name: "sglang:e2e_request_latency_seconds"},
}}

// llama-server with --metrics. Its prompt_tokens_total are without cached ones, its counters
// move when a request ends, and older builds have no count of cached tokens.
var llama = vocabulary{engine: "llama-server", families: []family{
	{figure: running, name: "llamacpp:requests_processing"},
	{figure: waiting, name: "llamacpp:requests_deferred"},
	{figure: kvUse, name: "llamacpp:kv_cache_usage_ratio"},
	{figure: computed, kind: counter, name: "llamacpp:prompt_tokens_total"},
	{figure: cachedTokens, kind: counter, name: "llamacpp:prompt_tokens_cached_total"},
	{figure: generated, kind: counter, name: "llamacpp:tokens_predicted_total"},
	{figure: drafted, kind: counter, name: "llamacpp:spec_decode_num_draft_tokens_total"},
	{figure: accepted, kind: counter, name: "llamacpp:spec_decode_num_accepted_tokens_total"},
}}

// TGI, whose counters have no _total and whose seconds no suffix.
var tgi = vocabulary{engine: "tgi", families: []family{
	{figure: running, name: "tgi_batch_current_size"},
	{figure: waiting, name: "tgi_queue_size"},
	{figure: promptTokens, kind: counter, name: "tgi_request_input_length_sum"},
	{figure: generated, kind: counter, name: "tgi_request_generated_tokens_sum"},
	{figure: outcomes, kind: counter, name: "tgi_request_success", as: "success"},
	{figure: outcomes, kind: counter, name: "tgi_request_failure", by: "err"},
	{figure: queueTime, kind: histogram, name: "tgi_request_queue_duration"},
	{figure: e2e, kind: histogram, name: "tgi_request_duration"},
}}

// TensorRT-LLM at /prometheus/metrics. Older releases have no prefix; under Dynamo it ended
// in a colon for a while.
func trtllm(prefix string) vocabulary {
	return vocabulary{engine: "tensorrt-llm", families: []family{
		{figure: running, name: prefix + "num_requests_running"},
		{figure: waiting, name: prefix + "num_requests_waiting"},
		{figure: kvUse, name: prefix + "kv_cache_utilization"},
		{figure: promptTokens, kind: counter, name: prefix + "prompt_tokens_total"},
		{figure: cachedTokens, kind: counter, name: prefix + "prompt_cached_tokens_total"},
		{figure: generated, kind: counter, name: prefix + "generation_tokens_total"},
		{figure: blockHits, kind: counter, name: prefix + "kv_cache_reused_blocks_total"},
		{figure: blockMisses, kind: counter, name: prefix + "kv_cache_missed_blocks_total"},
		{figure: outcomes, kind: counter, name: prefix + "request_success_total", by: "finished_reason"},
		{figure: outcomes, kind: counter, name: prefix + "request_error_total", as: "error"},
		{figure: queueTime, kind: histogram, name: prefix + "request_queue_time_seconds"},
		{figure: ttft, kind: histogram, name: prefix + "time_to_first_token_seconds"},
		{figure: itl, kind: histogram, name: prefix + "time_per_output_token_seconds"},
		{figure: e2e, kind: histogram, name: prefix + "e2e_request_latency_seconds"},
	}}
}

// TensorRT-LLM's JSON page at /metrics, under the names that [Scrape] gives it.
var trtllmPage = vocabulary{engine: "tensorrt-llm", fifo: true, families: []family{
	{figure: running, name: "trtllm_page:active_requests"},
	{figure: waiting, name: "trtllm_page:queued_requests"},
	{figure: kvUse, name: "trtllm_page:kv_use"},
	{figure: blockHits, kind: counter, name: "trtllm_page:reused_blocks"},
	{figure: blockMisses, kind: counter, name: "trtllm_page:missed_blocks"},
}}

// Dynamo's frontend, and the prefix that it had before. Cached tokens are a histogram, whose
// sum counts them.
func dynamo(prefix string) vocabulary {
	return vocabulary{engine: "dynamo", router: true, families: []family{
		{figure: inFlight, name: prefix + "inflight_requests"},
		{figure: waiting, name: prefix + "queued_requests"},
		{figure: promptTokens, kind: counter, name: prefix + "input_sequence_tokens_sum"},
		{figure: cachedTokens, kind: counter, name: prefix + "cached_tokens_sum"},
		{figure: generated, kind: counter, name: prefix + "output_tokens_total"},
		{figure: generated, kind: counter, name: prefix + "output_sequence_tokens_sum"},
		{figure: outcomes, kind: counter, name: prefix + "requests_total", by: "status"},
		{figure: ttft, kind: histogram, name: prefix + "time_to_first_token_seconds"},
		{figure: itl, kind: histogram, name: prefix + "inter_token_latency_seconds"},
		{figure: e2e, kind: histogram, name: prefix + "request_duration_seconds"},
	}}
}
