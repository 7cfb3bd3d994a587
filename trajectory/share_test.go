package trajectory_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// hashed makes a workload of sessions without text, each a list of requests, whose
// blocks are letters: those of the system message, a dash, those of the user's, and then
// those of answers and further messages in turn, dashes between them.
func hashed(t *testing.T, sessions ...[]string) *trajectory.Workload {
	t.Helper()
	w := &trajectory.Workload{}
	for i, requests := range sessions {
		var s trajectory.Store // histories of different stores, as of different readers
		tr := &trajectory.Trajectory{ID: fmt.Sprint("s", i)}
		for _, request := range requests {
			var h *trajectory.History
			n := 0
			for k, ids := range strings.Split(request, "-") {
				role := []string{"system", "user", "assistant"}[min(k, 1+(k+1)%2)]
				if ids != "" {
					h = synthetic(t, &s, h, `{"role":"`+role+`","content":""}`, ids, 0)
				}
				n += 64 * len(ids)
			}
			tr.Turns = append(tr.Turns, trajectory.Turn{History: h, PromptTokens: n, Origins: trajectory.Origins{Text: trajectory.Synthetic}})
		}
		w.Trajectories = append(w.Trajectories, tr)
	}
	w.ShareBlocks()
	return w
}

// The text that keeps plays apart goes behind the blocks that other sessions have too,
// and no further: not behind those that only the session's own turns repeat.
func TestPrefixAfterSharedBlocks(t *testing.T) {
	for _, tt := range []struct {
		name     string
		position trajectory.PrefixPosition
		sessions [][]string
		want     []string // by request of the first session, the blocks in front of the prefix
	}{
		{"two blocks in common", "", [][]string{{"-abc", "-abcd"}, {"-abx"}}, []string{"ab", "ab"}},
		{"nothing in common", "", [][]string{{"-abc", "-abcd"}, {"-xbc"}}, []string{"", ""}},
		{"alone", "", [][]string{{"-abc", "-abcd"}}, []string{"", ""}},
		{"all in common", "", [][]string{{"-ab"}, {"-abc"}}, []string{"ab"}},
		{"behind equal system prompts", "", [][]string{{"s-abc"}, {"s-abx"}}, []string{"sab"}},
		{"behind different ones", "", [][]string{{"s-abc"}, {"t-abx"}}, []string{"s"}},
		{"a later request of the other", "", [][]string{{"-abc"}, {"-x", "-aby"}}, []string{"ab"}},
		{"an answer between", "", [][]string{{"-ab", "-ab-c-d"}, {"-ab", "-ab-c-e"}}, []string{"ab", "ab"}},
		{"at the front", trajectory.PrefixFront, [][]string{{"-abc"}, {"-abx"}}, []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := hashed(t, tt.sessions...)
			synctest.Test(t, func(t *testing.T) {
				s := &sender{}
				play := trajectory.Play{Trajectory: w.Trajectories[0], Prefix: "PREFIX"}
				for range trajectory.NewReplayer(func() trajectory.Sender { return s }, trajectory.Policy{Prefix: tt.position}, nil).Play(t.Context(), play) {
				}
				var got []string
				for _, body := range s.bodies {
					if strings.Count(body, "PREFIX") != 1 {
						t.Fatalf("body %.200s", body)
					}
					before, _, _ := strings.Cut(body, "PREFIX")
					got = append(got, blocksIn(t, before))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// blocksIn returns which blocks of one letter the text has, in order.
func blocksIn(t *testing.T, text string) (ids string) {
	t.Helper()
	var s trajectory.Store
	for len(text) > 0 {
		found := false
		for id := 'a'; id <= 'z' && !found; id++ {
			block := content(t, synthetic(t, &s, nil, `{"role":"user","content":""}`, string(id), 0).Last())
			if found = strings.HasPrefix(text, block); found {
				ids, text = ids+string(id), text[len(block):]
			}
		}
		if !found {
			text = text[1:]
		}
	}
	return ids
}

// Reuse by hand, in blocks of 64 tokens. Overhead of messages is a few bytes in
// hundreds.
func TestReuseAcrossSessions(t *testing.T) {
	for _, tt := range []struct {
		name              string
		sessions          [][]string
		own, shared, some float64 // reusable blocks: of the session, with beginnings shared, of all
		all               float64
	}{
		// abc, then abcd reuses 3; abx reuses 2 of the other session.
		{"two blocks in common", [][]string{{"-abc", "-abcd"}, {"-abx"}}, 3, 5, 5, 10},
		// The hashes are equal up to c, but the text is split into other messages there.
		{"split differently", [][]string{{"-ab", "-ab-c-d"}, {"-abcd"}}, 2, 4, 6, 10},
		{"the second of a session in the first of another", [][]string{{"-ab"}, {"-x", "-ab"}}, 0, 2, 2, 5},
		{"nothing", [][]string{{"-ab"}, {"-cd"}}, 0, 0, 0, 4},
		{"scaffold and more", [][]string{{"s-ab"}, {"s-ac"}}, 0, 2, 2, 6},
	} {
		s := hashed(t, tt.sessions...).Stats()
		for _, got := range []struct {
			name      string
			got, want float64
		}{{"own", s.PrefixReuse, tt.own}, {"shared", s.SharedPrefixReuse, tt.shared}, {"across sessions", s.SessionReuse, tt.some}} {
			if want := got.want / tt.all; math.Abs(got.got-want) > 0.02 {
				t.Errorf("%s: %s %.3f, expected %.3f", tt.name, got.name, got.got, want)
			}
		}
	}
	replay := func(at trajectory.PrefixPosition, sessions ...[]string) (all []float64) {
		w := hashed(t, sessions...)
		r := w.Reuse(at)
		for _, tr := range w.Trajectories {
			for i := range tr.Turns {
				share, _ := r.Of(tr.ID, i)
				all = append(all, share)
			}
		}
		return append(all, r.Replay)
	}
	for _, tt := range []struct {
		name     string
		position trajectory.PrefixPosition
		sessions [][]string
		want     []float64 // of each request, and of all
	}{
		// Of abc the two that the other session has too, of abcd what the turn before had.
		{"shared blocks", "", [][]string{{"-abc", "-abcd"}, {"-abx"}}, []float64{2. / 3, 3. / 4, 2. / 3, 7. / 10}},
		{"a scaffold of its own is sent by each play", "", [][]string{{"s-abc"}}, []float64{1. / 4, 1. / 4}},
		{"nothing in common", "", [][]string{{"-ab"}, {"-cd"}}, []float64{0, 0, 0}},
		{"prefix in front", trajectory.PrefixFront, [][]string{{"s-abc", "s-abcd"}, {"s-abx"}}, []float64{0, 4. / 5, 0, 4. / 13}},
		{"no prefix", trajectory.PrefixNone, [][]string{{"-ab"}}, []float64{1, 1}},
	} {
		got := replay(tt.position, tt.sessions...)
		for i, want := range tt.want {
			if math.Abs(got[i]-want) > 0.03 {
				t.Errorf("%s: %.3f, want %.3f", tt.name, got, tt.want)
				break
			}
		}
	}
	lint := func(p trajectory.Policy, sessions ...[]string) (all []string) {
		for _, f := range trajectory.Lint(hashed(t, sessions...), p) {
			if f.Rule == "shared-blocks" {
				all = append(all, string(f.Severity)+": "+f.Text)
			}
		}
		return all
	}
	common := [][]string{{"-abcdefgh"}, {"-abcdefgx"}}
	if got := lint(trajectory.Policy{}, common...); len(got) != 1 || !strings.HasPrefix(got[0], "info: the recording lets a cache reuse 43.8") || !strings.Contains(got[0], " 0.0 % within sessions; a replay keeps 43.8") {
		t.Errorf("%q", got)
	}
	if got := lint(trajectory.Policy{Prefix: trajectory.PrefixFront}, common...); len(got) != 1 || !strings.HasPrefix(got[0], "warning: ") || !strings.HasSuffix(got[0], "keeps 0.0 %") {
		t.Errorf("%q", got)
	}
	if got := lint(trajectory.Policy{}, []string{"-ab"}, []string{"-xb"}); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// Messages that cannot be the prompt, as they have fewer bytes than it has tokens, say nothing
// of what a cache may reuse of it.
func TestReuseOfTextThatIsNotThere(t *testing.T) {
	var store trajectory.Store
	h, err := store.Append(nil, []byte(`{"role":"user","content":"hi"}`))
	if err != nil {
		t.Fatal(err)
	}
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{{ID: "a", Turns: []trajectory.Turn{
		{History: h, PromptTokens: 5000, OutputTokens: 9}, {History: h, PromptTokens: 12, OutputTokens: 9},
	}}}}
	r := w.Reuse("")
	if share, ok := r.Of("a", 0); ok {
		t.Errorf("%v of a prompt that is not there", share)
	}
	if share, ok := r.Of("a", 1); !ok || share <= 0 {
		t.Errorf("%v, %v of one that is", share, ok)
	}
}
