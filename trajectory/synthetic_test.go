package trajectory_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
)

// blocks returns blocks of 64 tokens, one for each digit of ids.
func blocks(ids string) (all []trajectory.Block) {
	for _, id := range ids {
		all = append(all, trajectory.Block{Seed: uint64(id), Tokens: 64})
	}
	return all
}

func synthetic(t *testing.T, s *trajectory.Store, c *trajectory.History, message, ids string, tail int) *trajectory.History {
	t.Helper()
	all := blocks(ids)
	if tail > 0 {
		all = append(all, trajectory.Block{Seed: 1, Tokens: tail})
	}
	c, err := s.AppendSynthetic(c, []byte(message), all)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func content(t *testing.T, m *trajectory.Message) string {
	t.Helper()
	var message struct{ Role, Content string }
	if err := json.Unmarshal(m.JSON(), &message); err != nil {
		t.Fatal(err)
	}
	return message.Content
}

// Equal blocks are equal text and others are not; a shorter block of the same
// seed begins a longer one; what is recorded comes after.
func TestSyntheticText(t *testing.T) {
	var s trajectory.Store
	a := content(t, synthetic(t, &s, nil, `{"role":"user","content":"end"}`, "123", 10).Last())
	b := content(t, synthetic(t, &s, nil, `{"role":"user","content":""}`, "124", 0).Last())
	const block = 64 * 4
	if len(a) != 3*block+10*4+len("end") || len(b) != 3*block || !strings.HasSuffix(a, "end") {
		t.Fatalf("texts of %d and %d bytes", len(a), len(b))
	}
	if a[:2*block] != b[:2*block] {
		t.Error("equal blocks have different texts")
	}
	if a[2*block:][:40] == b[2*block:][:40] || a[:block] == a[block:2*block] {
		t.Error("different blocks have the same text")
	}
	short, err := s.AppendSynthetic(nil, []byte(`{"role":"user","content":""}`), []trajectory.Block{{Seed: '1', Tokens: 7}})
	if err != nil {
		t.Fatal(err)
	}
	if text := content(t, short.Last()); len(text) != 28 || !strings.HasPrefix(a, text) {
		t.Errorf("a short block reads %q, expected the beginning of %q", text, a[:40])
	}
	if n := len(strings.Fields(a[:block])); n != 64 {
		t.Errorf("a block of 64 tokens has %d words", n)
	}
	// Kept once, and not as text.
	before := s.Bytes()
	c := synthetic(t, &s, nil, `{"role":"user","content":"end"}`, "123", 10)
	if s.Bytes() != before || before > 500 {
		t.Errorf("the store holds %d bytes, and %d after a repetition", before, s.Bytes())
	}
	if c.Size() != len(c.Last().JSON()) {
		t.Errorf("size %d, expected %d", c.Size(), len(c.Last().JSON()))
	}
	for _, bad := range []string{`{"role":"user","content":null}`, `{"role":"user"}`, `{"content":""}`, `[]`, `{`} {
		if _, err := s.AppendSynthetic(nil, []byte(bad), blocks("1")); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// A request carries the text as the message has it, and the prefix in front.
func TestSyntheticBody(t *testing.T) {
	var s trajectory.Store
	c := synthetic(t, &s, nil, `{"role":"system","content":""}`, "12", 0)
	c = synthetic(t, &s, c, `{"role":"user","content":"go \"on\""}`, "3", 5)
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{{ID: "a", Turns: []trajectory.Turn{{History: c, OutputTokens: 1}}}}}
	sent, _ := run(t, w, 1, 0, 0, 1, trajectory.Policy{Model: "m"})
	var body struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.Unmarshal([]byte(sent.bodies[0]), &body); err != nil {
		t.Fatal(err)
	}
	if got, want := body.Messages[0].Content, content(t, c.Front().Last()); got != want {
		t.Errorf("system message is %q, expected %q", got, want)
	}
	got, want := body.Messages[1].Content, content(t, c.Last())
	if prefix, ok := strings.CutSuffix(got, want); !ok || !strings.HasSuffix(prefix, "\n") || len(prefix) < 60 {
		t.Errorf("user message is %q, expected a prefix and %q", got, want)
	}
}

// Reuse goes down to the block: turn 1 continues where turn 0 had a tail, turn 2
// keeps half of a message.
func TestSyntheticReuse(t *testing.T) {
	var s trajectory.Store
	const user = `{"role":"user","content":""}`
	system := synthetic(t, &s, nil, `{"role":"system","content":""}`, "01", 0)
	turn := func(c *trajectory.History) trajectory.Turn {
		return trajectory.Turn{History: c, PromptTokens: 1000}
	}
	tr := &trajectory.Trajectory{ID: "a", Turns: []trajectory.Turn{
		turn(synthetic(t, &s, system, user, "2345", 30)),
		turn(synthetic(t, &s, synthetic(t, &s, system, user, "2345", 0), `{"role":"assistant","content":""}`, "6", 0)),
		turn(synthetic(t, &s, system, user, "2378", 0)),
	}}
	st := (&trajectory.Workload{Trajectories: []*trajectory.Trajectory{tr}}).Stats()
	// Messages without their text, and where the text of a user's message begins.
	const systemJSON, userJSON, assistantJSON, begins = 30, 28, 33, 26
	kept1, all1 := systemJSON+userJSON-2+6*256.0, systemJSON+userJSON+assistantJSON+7*256.0
	kept2, all2 := systemJSON+begins+4*256.0, systemJSON+userJSON+6*256.0
	if want := (kept1/all1 + kept2/all2) / 3; math.Abs(st.PrefixReuse-want) > 1e-9 {
		t.Errorf("reuse %v, expected %v", st.PrefixReuse, want)
	}
	if st.Resets != 1 {
		t.Errorf("%d resets, expected the last step's alone", st.Resets)
	}
	if want := int64(9*256 + 30*4 + systemJSON + userJSON + assistantJSON); st.DistinctBytes != want {
		t.Errorf("%d distinct bytes, expected %d", st.DistinctBytes, want)
	}
}
