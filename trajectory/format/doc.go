// Package format reads recorded agent sessions in the forms that people have them,
// and writes three.
//
// [Open] takes a file, or a folder of files in one format or several, and tells
// the format of each by its content; [Options] name one instead:
//
//	manifest        Artificial Analysis' local benchmark: an object of mode
//	                "single_user_agentic_replay" whose tasks name one trace each
//	rows            the form of their hosted benchmark, and of traces: a request on
//	                each line, with conversation_id, conversation_idx, messages, tools
//	weka            kv-cache-tester and SemiAnalysis: a session in each file, its
//	                requests as lists of block hashes, with subagents
//	claude-code     session logs of Claude Code, with the files of subagents
//	chat            a conversation on each line: OpenAI's "messages", ShareGPT's
//	                "conversations"
//	aiperf          requests as Mooncake, Bailian and AIPerf's mooncake_trace have
//	                them: block hashes, lengths, texts, messages or whole bodies
//	atif            the Agent Trajectory Interchange Format 1.x
//	codex           rollout logs of the Codex CLI
//	swe-agent       .traj files
//	mini-swe-agent  trajectories, and bare lists of messages
//	otlp            OTLP/JSON spans with OpenTelemetry's attributes for generative
//	                AI, or OpenInference's
//	har             HTTP archives of chat completions and Anthropic's messages
//
// Files may be packed with gzip. A folder is read as its manifest.json, else as
// all *.jsonl, *.json, *.traj and *.har below it, in the order of their names; what
// is no recording is left out, with a finding, but for a *.jsonl with something in
// it, which takes Options.SkipBad. [Write] writes a manifest and its
// traces, [WriteJSONL] rows, [WriteAIPerf] AIPerf's rows.
//
// # What is made of them
//
// The model is a list of chat completions (see package trajectory). Each number
// says where it comes from: recorded, derived from what is, estimated, or made up.
//
//   - Agents log what was said, not what was sent. Prompts are put together from
//     it; the part that is nowhere in the log, system prompt, tools and project
//     files, is made up from the recorded number of tokens, and what the
//     provider's cache already had of it is the same in all sessions.
//   - Claude Code writes a placeholder for the length of an answer until it is
//     complete. Such lengths are estimated from what was written, at 2.95
//     characters for a token, the median of 522 calls with good counts; where
//     other formats lack lengths, at 3.5, an assumption. A compaction's own
//     request is in no log and is made up.
//   - Formats without text get synthetic text, made when a request is sent: two
//     prompts have in common exactly the blocks at their front that the recording
//     has in common. It is made of common words, one token each, and not what the
//     original was: speculative decoding, expert routing and tokenizers may treat
//     it otherwise. A writer writes it out, so that files grow and blocks that
//     messages of different lengths had in common are found by their text.
//   - Subagents become threads beside their parent, joined where its next request
//     waited for them; the time that the parent waited for them is then taken out
//     of its recorded delay.
//   - Requests that do not say which session they belong to go on with the one
//     whose last request they begin with.
//   - Reasoning, signatures, pictures, marks for the cache and the headers of
//     HTTP recordings are left out.
//
// What else a reader found goes into the workload's Findings;
// [trajectory.Lint] adds what can be seen in the sessions themselves.
//
// # Reading
//
// Where every record repeats the whole conversation a file is some forty times as
// large as what it says. Readers work through one [trajectory.Store] and keep no
// record but the last: memory follows the distinct content and the longest line,
// in formats of one object for each file the largest file. A message of a chat is
// kept as recorded, with every key it has and in their order; only the spacing
// goes. On one core of the machine it was written on it reads 240 MB/s of Weka
// traces, and of session logs with mostly other things in them 230 MB/s, about
// ten and three times as much as encoding/json:
//
//	go test ./trajectory/format -run '^$' -bench Open -cpu 1
//
// What is wrong with a record is a [*SyntaxError], found by [errors.As]. A reader
// goes on after one and returns the first twenty together, with no workload: a
// trajectory with a turn left out would be a different load. Where that is
// accepted, Options.SkipBad leaves bad records out and notes it.
//
// # Trust
//
// Recordings are data from elsewhere. Files, lines, nesting, numbers and made-up
// text are bounded, trace paths stay inside the manifest's folder, and recorded
// commands are neither kept nor run. Secrets in messages stay unless Options.Redact
// takes them out.
package format
