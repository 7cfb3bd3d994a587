package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// wekaTrace makes a trace of so many requests whose prompts grow as recorded ones
// do: 10 blocks a step, from 300 to a compaction at 2,300.
func wekaTrace(requests int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"id":"big","models":["m"],"block_size":64,"hash_id_scope":"local","tool_tokens":12439,"system_tokens":2762,"requests":[`)
	var ids []int
	next := 1
	for i := range requests {
		for grow := 10; grow > 0 || len(ids) < 300; grow-- {
			ids = append(ids, next)
			next++
		}
		if len(ids) > 2300 {
			ids = ids[:240]
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"t":%d.0,"type":"n","model":"m","in":%d,"out":216,"hash_ids":[`, 20*i, 64*len(ids)+7)
		for k, id := range ids {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprint(&b, id)
		}
		b.WriteString(`],"input_types":["tool_result"],"output_types":["text","tool_use"],"stop":"tool_use","api_time":5.31,"think_time":9.0}`)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// claudeLog makes a session log of so many calls. As in recorded ones most of the
// bytes are no part of any context, an answer takes two records, and prompts
// carry what tools returned.
func claudeLog(calls int) []byte {
	var b bytes.Buffer
	rng := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields(`func return err if nil { } := range string "quoted" \ path/to/file.go the quick brown fox`)
	text := func(n int) string {
		var t strings.Builder
		for t.Len() < n {
			t.WriteString(words[rng.IntN(len(words))])
			t.WriteString([]string{" ", " ", " ", "\n", "\t"}[rng.IntN(5)])
		}
		return t.String()
	}
	line := func(v map[string]any) {
		v["sessionId"], v["version"], v["cwd"], v["gitBranch"], v["userType"], v["isSidechain"] = "s", "2.1.34", "/home/x/project", "main", "external", false
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			panic(err)
		}
	}
	at := func(i, ms int) string {
		return fmt.Sprintf("2026-02-01T%02d:%02d:%02d.%03dZ", i/360%24, i/6%60, i%6*10+ms/1000, ms%1000)
	}
	line(map[string]any{"type": "user", "uuid": "u", "timestamp": at(0, 0), "message": map[string]any{"role": "user", "content": "Go."}})
	for i := range calls {
		usage := map[string]any{"input_tokens": 3, "cache_creation_input_tokens": 500, "cache_read_input_tokens": 20000 + 600*i%100000, "output_tokens": 2}
		record := func(n int, block map[string]any) {
			line(map[string]any{"type": "assistant", "uuid": fmt.Sprintf("a%d-%d", i, n), "timestamp": at(i, 4000+n), "requestId": "r", "message": map[string]any{
				"id": fmt.Sprintf("msg%d", i), "model": "m", "role": "assistant", "content": []any{block}, "stop_reason": nil, "usage": usage}})
		}
		record(0, map[string]any{"type": "text", "text": text(150)})
		record(1, map[string]any{"type": "tool_use", "id": fmt.Sprintf("t%d", i), "name": "Bash", "input": map[string]any{"command": text(200)}})
		for k := range 4 {
			line(map[string]any{"type": "progress", "uuid": fmt.Sprintf("p%d-%d", i, k), "timestamp": at(i, 4100), "data": map[string]any{"type": "bash_progress", "output": text(1500)}})
		}
		result := text(2300)
		line(map[string]any{"type": "user", "uuid": fmt.Sprintf("r%d", i), "timestamp": at(i, 4500), "toolUseResult": map[string]any{"stdout": result, "originalFile": text(1500)},
			"message": map[string]any{"role": "user", "content": []any{map[string]any{"type": "tool_result", "tool_use_id": fmt.Sprintf("t%d", i), "content": result}}}})
	}
	return b.Bytes()
}

// generatedRows makes a file of rows: four coding sessions of some 30 turns each,
// every row with all that came before it.
func generatedRows() []byte {
	var b bytes.Buffer
	s := generate.Preset(generate.AALike)
	s.Seed, s.Trajectories = 1, 4
	if err := WriteJSONL(&b, s.Workload()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// BenchmarkOpen reads a recording of a format from memory, the sessions of two
// formats large ones. The metric alloc/byte is all that was allocated for each byte of
// the file, whether in use at the same time or not: the peak is below it.
//
//	go test ./trajectory/format -run '^$' -bench Open -cpu 1
func BenchmarkOpen(b *testing.B) {
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"rows", generatedRows()},
		{"weka", wekaTrace(1500)},
		{"claude-code", claudeLog(2000)},
	} {
		fsys := fstest.MapFS{"a": {Data: tt.data}}
		b.Run("by=open/format="+tt.name, func(b *testing.B) {
			b.SetBytes(int64(len(tt.data)))
			b.ReportAllocs()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			trajectories := 0
			for b.Loop() {
				w, err := OpenFS(fsys, "a")
				if err != nil {
					b.Fatal(err)
				}
				trajectories += len(w.Trajectories)
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(len(tt.data)), "alloc/byte")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(trajectories), "allocs/traj")
		})
		b.Run("by=encoding-json/format="+tt.name, func(b *testing.B) { // for comparison
			b.SetBytes(int64(len(tt.data)))
			b.ReportAllocs()
			for b.Loop() {
				for line := range bytes.Lines(tt.data) {
					var v struct {
						Type     string
						Message  json.RawMessage
						Messages []json.RawMessage
						Requests []struct {
							In, Out int
							HashIDs []uint64 `json:"hash_ids"`
						}
					}
					if err := json.Unmarshal(line, &v); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// What is allocated for one large trace, at all, is less than twice the file: so is
// the peak. What stays is a small part of it: lists of blocks repeat each other.
func TestWekaMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, in which memory means something else")
	}
	data := wekaTrace(1500)
	fsys := fstest.MapFS{"a": {Data: data}}
	var w *trajectory.Workload
	var before, read, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w, err := OpenFS(fsys, "a")
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&read)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if all := float64(read.TotalAlloc-before.TotalAlloc) / float64(len(data)); all > 2 {
		t.Errorf("%.2f bytes were allocated for each of the file", all)
	}
	if kept := (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(len(data)); kept > 0.2 {
		t.Errorf("%.2f bytes are kept for each of the file", kept)
	}
	if len(w.Trajectories[0].Turns) != 1500 {
		t.Error("turns are missing")
	}
}

// Of a session log what stays is its distinct content and little beside it, however
// long the log and however often the content is repeated in requests.
func TestClaudeMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, in which memory means something else")
	}
	data := claudeLog(2000)
	fsys := fstest.MapFS{"a": {Data: data}}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w, err := OpenFS(fsys, "a")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	s := w.Stats()
	if kept := float64(after.HeapAlloc) - float64(before.HeapAlloc); kept > 1.3*float64(s.DistinctBytes) {
		t.Errorf("%.1f MB are kept of %.1f MB of distinct content", kept/1e6, float64(s.DistinctBytes)/1e6)
	}
	if s.DistinctBytes > int64(len(data)/3) || s.ContextBytes < 50*int64(len(data)) {
		t.Errorf("%d of %d bytes are content, %d with repetitions: no log like that is recorded", s.DistinctBytes, len(data), s.ContextBytes)
	}
}
