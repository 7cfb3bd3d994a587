package format

import (
	"hash/maphash"
	"slices"
)

// A claudeIdentity tells the answers of all sessions apart. No field does so by
// itself: gateways give many answers one ID. Of answers that agree in all fields,
// the count in their thread tells them apart, so that a copy of a session has the
// same identities as the original.
type claudeIdentity struct {
	id, request uint64 // hashes
	prompt      int    // tokens
	count       int
}

// claudeIdentities are what is known of the answers of a thread, and of its open one.
type claudeIdentities struct {
	seed     maphash.Seed
	open     string   // ID of the open answer, empty if there is none
	request  string   // ID of its request, empty if unknown
	prompted int      // tokens of its prompt, 0 if unknown
	stopped  bool     // a part of it says why it ended
	replied  bool     // a result or prompt came after its last part
	blocks   []uint64 // hashes of its blocks

	answers  map[claudeIdentity]int // how many there were of each identity
	reused   int                    // answers that have the ID of the one before
	repeated int                    // blocks that their answer already had
}

// start makes an answer the open one.
func (t *claudeIdentities) start(id string, request []byte, prompt int) {
	t.open, t.request, t.prompted, t.stopped, t.blocks = id, string(request), prompt, false, t.blocks[:0]
}

// identify returns the identity of an answer that a record begins. The record is
// late if it is part of an earlier answer instead; again tells that the answer
// before has the same ID, and is over.
func (t *claudeIdentities) identify(id string, request []byte, prompt int, again bool) (key claudeIdentity, late bool) {
	key = claudeIdentity{id: maphash.String(t.seed, id), request: maphash.Bytes(t.seed, request), prompt: prompt}
	n := t.answers[key]
	if n > 0 && !again {
		return key, true
	}
	if again {
		t.reused++
	}
	if t.answers == nil {
		t.answers = make(map[claudeIdentity]int)
	}
	t.answers[key] = n + 1
	key.count = n
	return key, false
}

// continues reports whether a record with the ID of the open answer is part of it.
// Other parts may follow a result, since tools run while the answer arrives, but
// then the request or the length of the prompt has to agree too, and the answer not
// to have said that it is over unless both agree.
func (t *claudeIdentities) continues(request []byte, prompt int) bool {
	agree := 0
	if t.request != "" && len(request) > 0 {
		if t.request != string(request) {
			return false
		}
		agree++
	}
	if !t.replied {
		return true
	}
	if t.prompted > 0 && prompt > 0 {
		if t.prompted != prompt {
			return false
		}
		agree++
	}
	return agree == 2 || agree == 1 && !t.stopped
}

// repeats reports whether the open answer already has a block: some gateways repeat
// them, or record an answer anew for each block that is added.
func (t *claudeIdentities) repeats(b claudeBlock) bool {
	what := b.id // of a tool call
	if b.kind != "tool_use" || !isText(what) {
		what = b.raw
	}
	if len(what) == 0 {
		what = b.text // the content is a single string
	}
	h := maphash.Bytes(t.seed, what)
	if slices.Contains(t.blocks[max(0, len(t.blocks)-maxBlocksCompared):], h) {
		t.repeated++
		return true
	}
	t.blocks = append(t.blocks, h)
	return false
}
