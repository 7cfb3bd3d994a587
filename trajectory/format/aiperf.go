package format

import (
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/trajectory"
)

// An aiperfParser reads the JSON Lines of Mooncake, and AIPerf's extensions of
// them: one request per line, as block hashes, a length, a text, messages or a
// whole body. Rows with a session_id form sessions; other rows continue the one
// that they begin with.
type aiperfParser struct {
	rd       *reader
	sessions map[string]*aiperfSession
	order    []*aiperfSession
	ends     map[uint64][]*aiperfSession // sessions of hashes, by the hash of all their whole blocks
	chains   *chains                     // sessions of messages
	chats    map[int64]*aiperfSession    // by chat_id
	ids      []uint64
	block    int // tokens per block, as inferred so far
}

func newAIPerfParser(rd *reader) *aiperfParser {
	return &aiperfParser{
		rd: rd, sessions: make(map[string]*aiperfSession), ends: make(map[uint64][]*aiperfSession),
		chains: newChains(rd), chats: make(map[int64]*aiperfSession),
	}
}

// An aiperfSession is a session with what is needed to add the next row.
type aiperfSession struct {
	chain
	chat   *hashedChat
	end    uint64 // its key in ends
	kind   rowKind
	warned bool // that its rows are not the kind that they claim to be
}

func (p *aiperfParser) trajectories() []*trajectory.Trajectory {
	var all []*trajectory.Trajectory
	for _, s := range p.order {
		estimateOutputs(s.Trajectory)
		all = append(all, s.Trajectory)
	}
	return append(all, p.chains.trajectories()...)
}

func (p *aiperfParser) read(name string, f *file) {
	p.rd.eachRecord(name, f, func(line int, object gjson.Result) {
		bad := false
		report := p.rd.atRecord(name, line)
		fields := newFields(object, "", aiperfFields(), func(field string, err error) {
			bad = true
			report(field, err)
		})
		r := aiperfRow{file: name, line: line, delay: -1}
		r.decode(fields)
		chat, hasChat := fields.number("chat_id", 0, 1<<53)
		parent, hasParent := fields.number("parent_chat_id", -1, 1<<53)
		if !hasParent {
			parent = -1
		}
		hashes, hasHashes := fields.array("hash_ids")
		if hasChat && hasHashes {
			r.block = 16 // Bailian's block size; its times are in seconds
			r.at = time.UnixMilli(0).Add(1000 * r.at.Sub(time.UnixMilli(0)))
		}
		if bad {
			return
		}
		var field string
		var err error
		switch {
		case hasHashes || r.messages.Raw == "":
			s := jsonscan.Scanner{Data: []byte(hashes.Raw)}
			if p.ids = p.ids[:0]; hasHashes {
				p.ids = s.Uints(p.ids)
			}
			if s.Err != nil {
				report("hash_ids", s.Err)
				return
			}
			field, err = p.hashed(&r, hasChat, int64(chat), int64(parent))
		default:
			field, err = p.text(&r)
		}
		if err != nil {
			report(field, err)
		}
	})
}

// open returns the session with the given ID, a new one if id is empty.
func (p *aiperfParser) open(r *aiperfRow, id string) *aiperfSession {
	s := p.sessions[id]
	if s == nil || id == "" {
		name := id
		if id == "" {
			name = fmt.Sprintf("%s:%d", plainName(r.file), r.line)
		}
		s = &aiperfSession{chain: chain{Trajectory: &trajectory.Trajectory{ID: name, Source: r.file}}}
		p.order = append(p.order, s)
		if id != "" {
			p.sessions[id] = s
		}
	}
	return s
}

// add adds a turn to a session. A row's delay is the wait after the previous
// answer; if absent, it is estimated from the difference of the timestamps.
func (p *aiperfParser) add(s *aiperfSession, r *aiperfRow, turn trajectory.Turn) {
	s.append(turn, r.at)
	if n := len(s.Turns); n > 1 && r.delay >= 0 {
		// The format does not tell a person's wait from a tool's.
		setWait(&s.Turns[n-2], r.delay.Seconds(), false, trajectory.Recorded)
	} else if n > 1 && !r.at.IsZero() && turn.Origins.Text == trajectory.Synthetic {
		before := &s.Turns[n-2]
		setWait(before, (before.ToolDelay + before.HumanDelay).Seconds(), true, trajectory.Estimated)
	}
}
