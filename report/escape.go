package report

import (
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// escape makes text of others a part of a line of Markdown that is shown as it is. What means
// something in GitHub's Markdown gets a backslash. Mentions and numbers of issues, which GitHub
// finds in the text that is left, are broken by an empty comment.
func escape(s string) string {
	text := plain.Text(s)
	var b strings.Builder
	before := ' '
	for i, r := range text {
		switch {
		case (r == '@' || r == '#') && !alphanumeric(before):
			b.WriteString("<!-- -->")
			if r == '#' {
				b.WriteByte('\\')
			}
		case strings.ContainsRune("\\`*_[]<>|~&$", r),
			strings.ContainsRune("-+=:", r) && i == 0, // a list, a heading, a cell of a rule
			(r == '.' || r == ')') && strings.Trim(text[:i], "0123456789") == "",
			strings.HasPrefix(text[i:], "://"),
			r == '.' && strings.HasSuffix(strings.ToLower(text[:i]), "www"):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
