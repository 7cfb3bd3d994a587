package format

// A Format names a recording format.
type Format string

// The formats that can be read. The package documentation describes each.
const (
	Manifest     Format = "manifest"
	Rows         Format = "rows"
	Weka         Format = "weka"
	ClaudeCode   Format = "claude-code"
	Chat         Format = "chat"
	AIPerf       Format = "aiperf"
	ATIF         Format = "atif"
	Codex        Format = "codex"
	SWEAgent     Format = "swe-agent"
	MiniSWEAgent Format = "mini-swe-agent"
	OTLP         Format = "otlp"
	HAR          Format = "har"
	TraceLab     Format = "tracelab"
)

// Formats returns all formats that can be read, in the order of the package
// documentation.
func Formats() []Format {
	return []Format{Manifest, Rows, Weka, ClaudeCode, Chat, AIPerf, ATIF, Codex, SWEAgent, MiniSWEAgent, OTLP, HAR, TraceLab}
}
