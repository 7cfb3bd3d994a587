// Package format reads recorded agent sessions in the formats in which they exist,
// as a [trajectory.Workload] that can be replayed, and writes three of the formats.
//
//	w, err := format.Open("sessions/") // or a file, in any of the formats below
//	if err != nil {
//		return err // every mistake found, each with file, line and field
//	}
//	for _, f := range w.Findings {
//		log.Print(f) // what was estimated, made up or left out
//	}
//	for _, t := range w.Trajectories {
//		fmt.Println(t.ID, len(t.Turns), t.ContextTokens)
//	}
//	err = format.WriteAIPerf(os.Stdout, w)
//
// # Formats
//
// [Open] recognizes the format of each file by its content. [Options] can name it
// instead.
//
//	manifest        Artificial Analysis' local benchmark: an object of mode
//	                "single_user_agentic_replay", whose tasks name a trace each
//	rows            their hosted benchmark, and the traces of a manifest: a request
//	                per line, with conversation_id, conversation_idx, messages, tools
//	weka            kv-cache-tester and SemiAnalysis: a session per file or line,
//	                its requests as lists of block hashes, with subagents
//	claude-code     session logs of Claude Code, with the files of subagents
//	chat            a conversation per line, or a list of them: OpenAI's
//	                "messages", ShareGPT's "conversations", "trajectory" in data
//	                sets of OpenHands'
//	aiperf          the requests of Mooncake, Bailian and AIPerf's mooncake_trace:
//	                block hashes, lengths, texts, messages or whole bodies
//	atif            the Agent Trajectory Interchange Format 1.x
//	codex           rollout logs of the Codex CLI
//	swe-agent       .traj files
//	mini-swe-agent  trajectories, and bare lists of messages
//	otlp            OTLP/JSON spans and log records with the attributes of
//	                OpenTelemetry's generative AI conventions in their several
//	                versions, of OpenInference, Traceloop, Vercel or Sentry
//	har             HTTP archives of chat completions and of Anthropic's messages
//	tracelab        TraceLab's rounds: tokens and times of tools, without text
//
// Files may be compressed with gzip, or in any way for which Options.Decompress has
// a function. Of a folder, Open reads manifest.json or, if there is none, all
// *.jsonl, *.json, *.traj and *.har files in it and below, in the order of their
// names. What is no recording there, or is compressed otherwise, is left out, with a
// finding: tools add files of new kinds.
//
// [Write] writes a manifest and its traces, [WriteJSONL] rows, and [WriteAIPerf]
// AIPerf's rows.
//
// # What becomes of a recording
//
// A trajectory is a list of chat completions; see package trajectory. Each number
// in it states its origin: recorded, derived from what was recorded, estimated, or
// synthetic.
//
//   - Agents log what was said, not what was sent. Prompts are assembled from the
//     log. What is not in it, such as system prompt, tools and project files, is
//     made up from the recorded number of tokens; the part that the provider's
//     cache already had is the same in all sessions.
//   - Claude Code logs a placeholder for the length of an answer until the answer
//     is complete. Such lengths are estimated from the text at 2.95 characters per
//     token, the median of 522 calls with good counts. Other formats without
//     lengths are estimated at 3.5, an assumption. The request that compacts a
//     context is in no log of Claude Code, and is made up; newer logs of Codex have
//     its token counts.
//   - What a log repeats counts once: sessions that were resumed or forked begin with
//     the calls of another, which are context; gateways repeat blocks of answers, and
//     give many answers one ID, so that what they answer, the IDs of their requests
//     and the lengths of their prompts tell them apart.
//   - What servers refuse is mended, with a finding, since each later request of the
//     session would fail too: half a character where text was cut, an empty list of
//     tool calls, a call without a result. Options.Strict refuses it.
//   - Two recorded numbers that cannot both be right, such as tokens and bytes of a
//     text, cached and all input tokens, a total and its parts, are a finding with
//     both. Cached tokens that are more than the input show that it is without them.
//   - Formats without text get synthetic text, made when a request is sent: two
//     prompts share exactly the leading blocks that they share in the recording.
//     It consists of common words of one token each and is not the original text:
//     speculative decoding, expert routing and tokenizers may treat it differently.
//     Writers write it out. Files then grow, and blocks that messages of different
//     lengths shared are found only by comparing their text. Blocks with which
//     several sessions begin stay shared in a replay; see
//     [trajectory.Workload.ShareBlocks].
//   - Subagents become threads beside their parent, joined where its next request
//     waited for them, and so do the agents of a workflow. The time that the parent
//     waited for them is taken out of its recorded delay.
//   - A request that does not name its session continues the one whose last
//     request it begins with.
//   - A message is a chat message, and keeps what it was recorded as where chat
//     completions have no place for it ([trajectory.Message.Recorded]): thinking with
//     its signature, reasoning items, results marked as errors, several parts, fields
//     that this package does not know. So do tools. Cache marks are the turn's, and so
//     is the line that Claude Code puts before its system prompt. Requests of the API
//     in which it was recorded have all of it ([trajectory.Policy.API]); requests of
//     others, and the writers, do not. Images and HTTP headers are left out.
//
// Anything else of note is in the workload's Findings. [trajectory.Lint] adds what
// the sessions themselves show.
//
// # Mistakes
//
// A mistake in a record is a [*SyntaxError], which [errors.As] finds. Open reads
// on after a mistake, returns the first twenty together, and no workload: a
// trajectory without one of its turns would be a different load. Options.SkipBad
// accepts that, leaves bad records out and makes each a finding. Options.Strict goes
// the other way: what is otherwise mended or left out with a finding is a mistake.
//
// # Bounds
//
// Recordings are untrusted. Trace paths must stay inside the manifest's folder, and
// recorded commands are neither kept nor run. Secrets in messages stay unless
// Options.Redact removes them. Everything else is bounded, sizes after
// decompression:
//
//	files in a folder                           100,000
//	bytes of a manifest                      16,777,216
//	bytes of a file read as a whole         268,435,456
//	bytes of a compressed file           34,359,738,368
//	bytes of a line                          67,108,864
//	levels of nested JSON                         1,000
//	messages of a request                       100,000
//	requests of a Weka session                1,000,000
//	spans and log records in relation         1,000,000
//	tokens of a Weka block                    1,048,576
//	tokens of a request or answer             4,194,304
//	the same, in rows                       100,000,000
//	other counts                          1,000,000,000
//	milliseconds of a delay or answer        86,400,000
//	bytes of an ID, name or path                  4,096
//	mistakes reported                                20
//	findings                                     10,000
//
// # Memory and speed
//
// Where every record repeats the whole conversation, a file is some forty times as
// large as its distinct content. Readers store each message once, in a
// [trajectory.Store], and keep no record but the last: memory grows with the
// distinct content and the longest line or, in formats with one object per file,
// the largest file. Messages of a chat keep all their keys, in order; only spacing
// is dropped.
//
// On one core of the machine it was written on, the package reads 240 MB/s of Weka
// traces and 230 MB/s of session logs that hold mostly other things, about ten and
// three times as fast as encoding/json:
//
//	go test ./trajectory/format -run '^$' -bench Open -cpu 1
package format
