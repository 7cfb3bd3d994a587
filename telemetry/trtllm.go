package telemetry

import (
	"encoding/json"
	"fmt"
	"time"
)

// trtllmSamples reads TensorRT-LLM's JSON page: iterations since anybody last asked, each
// handed out once, of which the latest counts. None since says nothing, not even that none
// ran: the page is as empty where its statistics are off.
func trtllmSamples(page []byte, at time.Time) ([]Sample, error) {
	var iterations []struct {
		Iter   *float64 `json:"iter"`
		Active *float64 `json:"numActiveRequests"`
		Queued *float64 `json:"numQueuedRequests"`
		KV     *struct {
			Max    *float64 `json:"maxNumBlocks"`
			Used   *float64 `json:"usedNumBlocks"`
			Reused *float64 `json:"reusedBlocks"`
			Missed *float64 `json:"missedBlocks"`
		} `json:"kvCacheStats"`
	}
	if err := json.Unmarshal(page, &iterations); err != nil {
		return nil, fmt.Errorf("neither Prometheus' format nor TensorRT-LLM's JSON page: %w", err)
	}
	if len(iterations) == 0 {
		return nil, nil
	}
	last := iterations[0]
	for _, it := range iterations[1:] {
		if it.Iter != nil && (last.Iter == nil || *it.Iter >= *last.Iter) {
			last = it
		}
	}
	samples := []Sample{{Time: at, Name: upName, Value: 1}}
	add := func(name string, v *float64) {
		if v != nil {
			samples = append(samples, Sample{Time: at, Name: "trtllm_page:" + name, Value: *v})
		}
	}
	add("active_requests", last.Active)
	add("queued_requests", last.Queued)
	if kv := last.KV; kv != nil {
		add("reused_blocks", kv.Reused)
		add("missed_blocks", kv.Missed)
		if kv.Used != nil && kv.Max != nil && *kv.Max > 0 {
			use := *kv.Used / *kv.Max
			add("kv_use", &use)
		}
	}
	return samples, nil
}
