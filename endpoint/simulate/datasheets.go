package simulate

// The bandwidth, dense FLOP/s and memory of accelerators are those of the
// vendors' data sheets as collected in the registry of InferenceX
// (SemiAnalysisAI/InferenceX-app, gpu-specs.ts, September 2026).

// h100 computes in BF16: it has no FP4, and weights in MXFP4 are unpacked.
func h100() Accelerator {
	return Accelerator{Name: "H100 SXM", BandwidthBytesPerSecond: 3.35e12, FLOPS: 989e12, MemoryBytes: 80e9}
}

// h200 computes in BF16, as h100 does.
func h200() Accelerator {
	return Accelerator{Name: "H200 SXM", BandwidthBytesPerSecond: 4.8e12, FLOPS: 989e12, MemoryBytes: 141e9}
}

// b300 computes in FP8. Of its nominal 288 GB, 268 are usable.
func b300() Accelerator {
	return Accelerator{Name: "B300", BandwidthBytesPerSecond: 8e12, FLOPS: 4500e12, MemoryBytes: 268e9}
}

// gb300 computes in FP8.
func gb300() Accelerator {
	return Accelerator{Name: "GB300", BandwidthBytesPerSecond: 8e12, FLOPS: 5000e12, MemoryBytes: 288e9}
}

// gptOSS120B has the figures of OpenAI's model card (August 2025): 116.8 B parameters,
// 5.1 B active, 36 layers, 4 of 128 experts, a checkpoint of 60.8 GiB and so 0.56
// bytes per parameter on average. Every other layer attends to the whole context, with
// 64 query and 8 KV heads of size 64; the windows of 128 tokens of the others are left
// out. Keys and values are in BF16.
func gptOSS120B() Model {
	return Model{
		Name:       "gpt-oss-120b",
		Parameters: 116.8e9, ActiveParameters: 5.1e9, BytesPerParameter: 0.56,
		Experts: 128, ExpertsPerToken: 4, Layers: 36,
		KVBytesPerToken: 2 * 18 * 8 * 64 * 2,
		AttentionFLOPs:  4 * 18 * 64 * 64,
	}
}

// deepSeekV4Pro has the published 1.6 T parameters, 49 B active, and 6 of 384 experts
// (model card and configuration, April 2026). Assumed are 61 layers, as its predecessor
// has; 0.55 bytes per parameter, with experts in FP4 and the rest in FP8; 9,850 bytes
// of keys and values per token, the reported 9.62 GiB at a million tokens in BF16
// spread evenly; and sparse attention whose work does not grow with the context and is
// left out.
func deepSeekV4Pro() Model {
	return Model{
		Name:       "deepseek-v4-pro",
		Parameters: 1.6e12, ActiveParameters: 49e9, BytesPerParameter: 0.55,
		Experts: 384, ExpertsPerToken: 6, Layers: 61,
		KVBytesPerToken: 9850,
	}
}
