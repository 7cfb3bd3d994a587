package requestlog

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/derive"
)

const (
	manifestRow = `{"phase_idx":0,"settling_end":1790000060,"actual_phase_end":1790000100}`
	aaRow       = `{"phase_idx":0,"request_id":"a","user_id":7,"conversation_id":"c","conversation_idx":1,"start_time":1790000061.5,"end_time":1790000063.25,"success":true,"ttft":0.25,"server_input_tokens":100,"server_output_tokens":31,"server_cached_tokens":null}`
	ownRow      = `{"phase_idx":0,"request_id":"0-0-0","user_id":0,"conversation_id":"t","conversation_idx":0,"start_time":1790000061.5,"end_time":1790000063.25,"success":true,"ttft":0.25,"server_input_tokens":100,"server_output_tokens":31,"server_cached_tokens":null,"session":"s","outcome":"ok","output_speed":20,"max_tokens":31,"forced":true,"cold":false,"recorded_input_tokens":90,"server_hidden_tokens":0,"events":31,"first_events":1,"silent_events":0,"ahead_events":0,"bytes":124,"blank_bytes":0,"tokens":31,"token_source":"usage","first_tokens":1,"first_tokens_source":"estimated","rest_ns":0,"begun_ns":61500000000,"due_ns":61500000000,"sent_ns":61500000000,"first_ns":61750000000,"lead_ns":61750000000,"tenth_ns":62000000000,"last_ns":63250000000,"made_ns":63250000000,"end_ns":63250000000}`
	ownPhase    = `{"run":"0123456789abcdef","phase_idx":0,"agents":1,"anchor":"2026-09-21T14:13:20Z","all_up_ns":0,"settled_ns":60000000000,"window_end_ns":100000000000,"end_ns":100000000000,"ending":"complete","completed":3,"least_completed":3,"straddling":0,"seed":"1","draw":0,"workload_sha256":""}`
	aiperfRow   = `{"metadata":{"session_num":0,"x_request_id":"q","x_correlation_id":"s","conversation_id":"c","turn_index":0,"request_start_ns":1790000061500000000,"request_end_ns":1790000063260000000,"benchmark_phase":"profiling","phase_index":1,"was_cancelled":false},"metrics":{"time_to_first_token":{"value":250,"unit":"ms"},"request_latency":{"value":1750,"unit":"ms"},"output_sequence_length":{"value":31,"unit":"tokens"},"usage_completion_tokens":{"value":31,"unit":"tokens"}}}`
)

// folder returns one with the files, given as names and contents in turn.
func folder(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The same answer, as each client writes it: 30 tokens after the first in 1.5 s.
func TestSameAnswerOfEachClient(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write([]byte(ownRow + "\n" + ownPhase + "\n"))
	z.Close()
	for name, tt := range map[string]struct {
		client Client
		files  []string
		agents int
	}{
		"rows":    {AA, []string{"phase_manifest.jsonl", manifestRow, "m__1u__phase0__dur40s__settle60s__traj3.jsonl", aaRow}, 1},
		"log":     {AA, []string{"phase_manifest.jsonl", manifestRow, "requests.jsonl", aaRow + "\n\n"}, 1},
		"own":     {Own, []string{"requests.jsonl", ownRow + "\n" + ownPhase}, 1},
		"journal": {Own, []string{"requests.jsonl.gz", zipped.String(), "journal.jsonl", "{}"}, 1},
		"aiperf":  {AIPerf, []string{"profile_export.jsonl", aiperfRow, "profile_export_aiperf.json", `{"input_config":{"phases":[{},{"concurrency":3}]}}`}, 3},
		"older":   {AIPerf, []string{"profile_export.jsonl", aiperfRow, "profile_export_aiperf.json", `{"input_config":{"loadgen":{"concurrency":3}}}`}, 3},
	} {
		set, err := Read(t.Context(), []string{folder(t, tt.files...)}, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p := set.Phases[0]
		r := &p.Rows[0]
		timing := r.Timing()
		speed, ok := timing.OutputSpeed()
		ttft, _ := timing.TTFT()
		if p.Client != tt.client || p.Agents != tt.agents || !ok || speed != 20 || ttft != 250*time.Millisecond || timing.E2E != 1750*time.Millisecond || !p.Measured(r) || p.Plays[r.Play].Agent != r.Agent {
			t.Errorf("%s: client %s, %d agents, speed %v, TTFT %v, E2E %v, measured %t", name, p.Client, p.Agents, speed, ttft, timing.E2E, p.Measured(r))
		}
		if at := p.Anchor.Add(r.Begun); at.UnixMicro() != 1790000061500000 {
			t.Errorf("%s: it began at %v", name, at)
		}
	}
}

// A play has ended when its agent has begun another: here one of two by the one agent within
// the window, and one by the other.
func TestCompletedPlays(t *testing.T) {
	var rows []string
	row := func(id int, user, conversation string, turn int, start float64) {
		rows = append(rows, fmt.Sprintf(`{"phase_idx":0,"request_id":%d,"user_id":%q,"conversation_id":%q,"conversation_idx":%d,"start_time":%v,"end_time":%v,"success":true,"ttft":0.5,"server_output_tokens":9}`,
			id, user, conversation, turn, 1790000000+start, 1790000001+start))
	}
	row(1, "a", "x", 0, 50) // ends before the window
	row(2, "a", "y", 0, 65)
	row(3, "a", "y", 1, 70)
	row(4, "a", "z", 0, 80)
	row(5, "b", "x", 5, 62)
	row(6, "b", "x", 0, 66) // again, from its start
	set, err := Read(t.Context(), []string{folder(t, "phase_manifest.jsonl", manifestRow, "requests.jsonl", strings.Join(rows, "\n"))}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p := set.Phases[0]; p.Completed != 2 || p.Least != 1 || p.Agents != 2 || p.Settled != 10*time.Second || p.Window() != 40*time.Second {
		t.Errorf("completed %d, least %d, agents %d, settled %v, window %v", p.Completed, p.Least, p.Agents, p.Settled, p.Window())
	}
	if w := set.Warnings; len(w) != 1 || w[0].Code != "agents_counted" {
		t.Errorf("warnings %v", w)
	}
}

// Sessions of AIPerf that follow each other are one agent; those at once are several.
func TestSessionsBecomeAgents(t *testing.T) {
	var rows []string
	for i, at := range []int64{0, 1, 2, 4, 6} { // of 1.75 s each
		rows = append(rows, strings.NewReplacer(`"q"`, fmt.Sprintf(`"q%d"`, i), `"s"`, fmt.Sprintf(`"s%d"`, i),
			"1790000061500000000", fmt.Sprint(1790000061500000000+at*1e9), "1790000063260000000", fmt.Sprint(1790000063260000000+at*1e9)).Replace(aiperfRow))
	}
	set, err := Read(t.Context(), []string{folder(t, "profile_export.jsonl", strings.Join(rows, "\n"))}, Options{Agents: 1})
	if err != nil {
		t.Fatal(err)
	}
	var agents []int32
	for _, r := range set.Phases[0].Rows {
		agents = append(agents, r.Agent)
	}
	if fmt.Sprint(agents) != "[0 1 0 1 0]" {
		t.Errorf("agents %v", agents)
	}
	if w := fmt.Sprint(set.Warnings); !strings.Contains(w, "up to 2 sessions were open at once, where 1 were to run") {
		t.Errorf("warnings %s", w)
	}
}

// What is wrong or missing is said, with the file and the line of a bad row.
func TestErrors(t *testing.T) {
	replace := func(s string, pairs ...string) string {
		out := strings.NewReplacer(pairs...).Replace(s)
		if out == s {
			t.Fatalf("%v changes nothing", pairs)
		}
		return out
	}
	for want, files := range map[string][]string{
		"rows have no end of settling: phase_manifest.jsonl is missing":                 {"requests.jsonl", aaRow},
		"rows of phase 0, of which phase_manifest.jsonl has no row":                     {"requests.jsonl", aaRow, "phase_manifest.jsonl", replace(manifestRow, `"phase_idx":0`, `"phase_idx":1`)},
		"the files with the requests of its phases are missing":                         {"phase_manifest.jsonl", manifestRow},
		"requests.jsonl:1: success is missing":                                          {"requests.jsonl", replace(aaRow, `"success":true,`, "")},
		"requests.jsonl:1: user_id is missing":                                          {"requests.jsonl", replace(aaRow, `"user_id":7`, `"user_id":null`)},
		"requests.jsonl:1: phase_idx is missing":                                        {"requests.jsonl", replace(aaRow, `"phase_idx":0,`, "")},
		"requests.jsonl:1: ttft is -0.25, expected seconds":                             {"requests.jsonl", replace(aaRow, `"ttft":0.25`, `"ttft":-0.25`)},
		"requests.jsonl:1: start_time is 1.7900000615e+12, expected seconds since 1970": {"requests.jsonl", replace(aaRow, "1790000061.5", "1790000061500")},
		"requests.jsonl:1: the request ends 1.5s before it begins":                      {"requests.jsonl", replace(aaRow, "1790000063.25", "1790000060")},
		"requests.jsonl:1: the first token comes 7.25s after the end":                   {"requests.jsonl", replace(aaRow, `"ttft":0.25`, `"ttft":9`)},
		"requests.jsonl:1: server_output_tokens is -3":                                  {"requests.jsonl", replace(aaRow, `"server_output_tokens":31`, `"server_output_tokens":-3`)},
		"requests.jsonl:2: request a is there twice":                                    {"requests.jsonl", aaRow + "\n" + aaRow},
		"requests.jsonl:2: a row of agentperf among those of":                           {"requests.jsonl", aaRow + "\n" + ownRow},
		"requests.jsonl:3: ":                                                          {"requests.jsonl", ownRow + "\n\n{"},
		"neither a request nor a phase of a known client":                             {"requests.jsonl", `{"phase_idx":3,"request":1}`},
		"phase0__dur1s__x.jsonl:1: phase_idx is 0, where the name of the file says 4": {"m__1u__phase4__phase0__dur1s__x.jsonl", aaRow},
		"a request of agent 2 of 1":                                                   {"phase_manifest.jsonl", manifestRow, "m__1u__phase0__dur1s__settle1s__traj1.jsonl", aaRow + "\n" + replace(aaRow, `"user_id":7`, `"user_id":8`, `"a"`, `"b"`)},
		"phase_manifest.jsonl:2: phase_idx 0 is there twice":                          {"phase_manifest.jsonl", manifestRow + "\n" + manifestRow, "requests.jsonl", aaRow},
		"actual_phase_end is 10s before settling_end":                                 {"phase_manifest.jsonl", replace(manifestRow, "1790000100", "1790000050")},
		"requests.jsonl:1: outcome is missing":                                        {"requests.jsonl", replace(ownRow, `"outcome":"ok"`, `"outcome":""`)},
		"requests.jsonl:1: instants out of order":                                     {"requests.jsonl", replace(ownRow, `"last_ns":63250000000`, `"last_ns":1`)},
		"requests.jsonl:1: lead_ns is":                                                {"requests.jsonl", replace(ownRow, `"lead_ns":61750000000`, `"lead_ns":1`)},
		"requests.jsonl:1: user_id is 1000000":                                        {"requests.jsonl", replace(ownRow, `"user_id":0`, `"user_id":1000000`)},
		"records name no number of agents":                                            {"profile_export.jsonl", aiperfRow},
		"AIPerf was run without --streaming":                                          {"profile_export.jsonl", replace(aiperfRow, `"time_to_first_token"`, `"x"`), "profile_export_aiperf.json", `{"input_config":{"loadgen":{"concurrency":3}}}`},
		"time_to_first_token is 250 sec, expected milliseconds":                       {"profile_export.jsonl", replace(aiperfRow, `250,"unit":"ms"`, `250,"unit":"sec"`)},
		"no requests of a measured phase":                                             {"profile_export.jsonl", replace(aiperfRow, `"profiling"`, `"warmup"`)},
		"has no records":                                                              {"other.txt", "x"},
	} {
		set, err := Read(t.Context(), []string{folder(t, files...)}, Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q; set %+v", err, want, set)
		}
	}
	dir := folder(t, "requests.jsonl", ownRow+"\n"+ownPhase)
	name := filepath.Join(dir, "requests.jsonl")
	if _, err := Read(t.Context(), []string{name, dir + "/./requests.jsonl"}, Options{}); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Errorf("a file twice: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, []string{folder(t, "requests.jsonl", strings.Repeat("\n", 4096))}, Options{}); err != context.Canceled {
		t.Errorf("canceled: %v", err)
	}
}

// The requests of a phase that a kill ended are left out, and that is said.
func TestUnfinishedPhase(t *testing.T) {
	late := strings.Replace(ownRow, `"phase_idx":0`, `"phase_idx":1`, 1)
	name := filepath.Join(folder(t, "requests.jsonl", ownRow+"\n"+ownPhase+"\n"+late), "requests.jsonl")
	set, err := Read(t.Context(), []string{name}, Options{})
	if err != nil || len(set.Phases) != 1 || len(set.Warnings) != 1 || set.Warnings[0].Code != "unfinished_phase" {
		t.Fatalf("%+v, %v", set, err)
	}
	aa := filepath.Join(t.TempDir(), "aa")
	if n, err := WriteAA(t.Context(), name, aa, ""); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	entries, _ := os.ReadDir(aa)
	if len(entries) != 2 || entries[0].Name() != "model__1u__phase0__dur40s__settle60s__traj3.jsonl" || entries[1].Name() != manifestName {
		t.Errorf("files %v", entries)
	}
	if _, err := WriteAA(t.Context(), name, aa, ""); err == nil {
		t.Error("written into a folder that is not empty")
	}
}

// Whatever a file holds, reading it ends with phases or an error.
func FuzzRead(f *testing.F) {
	for _, s := range []string{manifestRow, aaRow, ownRow + "\n" + ownPhase, aiperfRow, "{", "", "[]", `{"start_time":1e300}`, `{"metadata":{}}`, ownPhase} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := folder(t, "x.jsonl", string(data), "phase_manifest.jsonl", manifestRow)
		set, err := Read(t.Context(), []string{filepath.Join(dir, "x.jsonl"), filepath.Join(dir, "phase_manifest.jsonl")}, Options{Agents: 2})
		if err != nil {
			return
		}
		for _, p := range set.Phases {
			derive.StarvedAgents(&p.Phase)
			derive.Silence(&p.Phase)
			for i := range p.Rows {
				r := &p.Rows[i]
				if timing := r.Timing(); r.Agent < 0 || r.Begun < 0 || timing.E2E < 0 || timing.Events > 0 && timing.First < 0 {
					t.Errorf("row %+v", *r)
				}
				_ = p.Plays[r.Play]
			}
		}
	})
}
