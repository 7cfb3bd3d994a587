package format

// headSize is how much of a file can be looked at before it is read, in bytes.
const headSize = 64 << 10

// maxLine bounds one row, in bytes. The largest context windows are a few
// megabytes of text; images inside messages make the rest.
const maxLine = 64 << 20

// maxDocument bounds a file that is read as a whole, in bytes.
const maxDocument = 256 << 20

// maxManifest bounds a manifest, in bytes; 500 tasks take 0.4 MB.
const maxManifest = 16 << 20

// maxProblems is how many mistakes are worth reading about at once.
const maxProblems = 20

// maxFindings bounds what is noted: a file of a million bad lines is known to
// be bad after some.
const maxFindings = 10_000

// maxMessages bounds the messages of one row. A message costs some memory of
// its own however short it is.
const maxMessages = 100_000

// Bounds of what a record may say. They are far above any recording and keep
// nonsense from overflowing what is computed from it.
const (
	maxTokens = 1e8
	// maxPrompt bounds what synthetic text is made for: four times the largest
	// context windows, 16 MiB of it.
	maxPrompt = 1 << 22
	maxCount  = 1e9
	maxMillis = 24 * 60 * 60 * 1000
	maxText   = 4096 // bytes in an id, a name or a path
)

const (
	maxBlock    = 1 << 20 // tokens
	maxRequests = 1_000_000
)

const (
	manifestName = "manifest.json"
	// maxFiles bounds the files of a folder.
	maxFiles = 100_000
)
