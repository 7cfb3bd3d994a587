package format

// The bounds of all readers. The package documentation has them as a table. Sizes
// are those after decompression.
const (
	// maxFiles bounds the files of a folder: a folder with more is most likely not
	// one of recordings.
	maxFiles = 100_000

	// headSize is how much of a file is looked at to recognize its format, in
	// bytes, and the buffer that it is read through.
	headSize = 64 << 10

	// maxManifest bounds a manifest, in bytes. 500 tasks take 0.4 MB.
	maxManifest = 16 << 20

	// maxDocument bounds a file that is read as a whole, in bytes.
	maxDocument = 256 << 20

	// maxUnpacked bounds a compressed file, in bytes after decompression. The largest
	// public sets of traces have a hundredth of that in a file; it takes minutes to read.
	maxUnpacked = 32 << 30

	// maxLine bounds a line, in bytes. The text of the largest context windows is
	// a few megabytes; the rest allows for images inside messages.
	maxLine = 64 << 20

	// maxMessages bounds the messages of a request, each of which takes some
	// memory however short it is.
	maxMessages = 100_000

	// maxRequests bounds the requests of a session or subagent in Weka traces,
	// maxBlock the tokens of their blocks.
	maxRequests = 1_000_000
	maxBlock    = 1 << 20

	// maxSpans bounds the spans whose parents are kept, some hundred bytes each, and
	// the log records whose messages are.
	maxSpans = 1_000_000

	// maxPrompt bounds the tokens for which synthetic text is made: four times the
	// largest context windows, or 16 MiB of text.
	maxPrompt = 1 << 22
)

// Bounds of the values in a record. They are far above those of any recording, and
// keep sums of them from overflowing.
const (
	maxTokens = 1e8
	maxCount  = 1e9
	maxMillis = 24 * 60 * 60 * 1000
	maxText   = 4096 // bytes of an ID, a name or a path
)

// Bounds of what is reported.
const (
	maxProblems = 20     // as many as anyone reads at once
	maxFindings = 10_000 // a file of a million bad lines is known to be bad by then
)

// Bounds of what is searched, where the time is quadratic in it.
const (
	// maxBlocksCompared bounds the blocks of an answer of Claude Code that a further
	// one is compared with. Answers have some tens.
	maxBlocksCompared = 1000

	// maxRunning bounds the calls of a session among which the one is looked for that
	// a subagent belongs to. Far fewer run side by side.
	maxRunning = 1000

	// maxAncestors bounds the spans above a span that are looked at. Traces have some
	// tens of levels.
	maxAncestors = 100

	// maxAnswerParts bounds how far behind the end of a history the answer to the
	// request before is looked for. Results of more tools do not follow one answer.
	maxAnswerParts = 1000
)
