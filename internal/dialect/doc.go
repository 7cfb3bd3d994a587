// Package dialect says messages and tools of chat completions as Anthropic's Messages API
// and OpenAI's Responses API have them.
//
// What it makes shares the memory of what it is made of: long texts are slices of the chat
// message, since JSON strings are the same in all three APIs. Only the arguments of tool
// calls, which are a string in chat completions and an object in Messages, are copied.
//
// What an API has no place for is left out or replaced by a word, and told as a [Note].
package dialect

import "fmt"

// A Role says which side of the conversation a [Form] belongs to.
type Role uint8

const (
	User Role = iota
	Assistant
	// System is a system or developer message. Its form is that of the system prompt.
	System
)

// What stands in a request to Messages in front of a message that follows one of the other
// side.
const (
	NextUser      = `]},{"role":"user","content":[`
	NextAssistant = `]},{"role":"assistant","content":[`
)

// Next returns what stands in a request to Messages in front of a message of the side, in
// which what is for the system is the user's.
func (r Role) Next() string {
	if r == Assistant {
		return NextAssistant
	}
	return NextUser
}

// First returns the first segment without what stands between messages, and the others; it
// is empty if there is nothing else in it.
func (f *Form) First() (first []byte, others [][]byte) {
	return f.Segments[0][f.Glue:], f.Segments[1:]
}

// A Form is a message in an API.
type Form struct {
	Role Role
	// Segments are content blocks (Messages) or items (Responses), with commas between
	// them, in pieces that belong together. They end in a brace. Of a System message in
	// Responses they are the inside of a JSON string. None: the API would refuse the
	// message, which says nothing, or all that it says is left out.
	Segments [][]byte
	// Glue is the length of what the first segment begins with: what stands in a request
	// between this message and one of the other side before it (Messages), or an item
	// (Responses). It is part of the segment so that bodies have fewer of them.
	Glue int
	// Hole is the number of segments in front of the place that was asked for; -1 if
	// there is none.
	Hole int
	// Marked is set if a block has a cache mark of its own.
	Marked bool
}

// A Rule is a kind of [Note], and the name of a finding about it.
type Rule string

const (
	// Content is something that the API has no place for: a word stands for it, or
	// nothing.
	Content Rule = "api-content"
	// Arguments of a call are not a JSON object, as Messages demands.
	Arguments Rule = "api-arguments"
	// Roles are in an order or at a place that the API does not have.
	Roles Rule = "api-roles"
	// Reasoning is left out.
	Reasoning Rule = "api-reasoning"
)

// A Note says what could not be said.
type Note struct {
	Rule Rule
	Text string
}

// Notes are told what cannot be said; nil for nobody.
type Notes func(Note)

func (n Notes) add(r Rule, format string, args ...any) {
	if n != nil {
		n(Note{r, fmt.Sprintf(format, args...)})
	}
}
