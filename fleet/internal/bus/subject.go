package bus

import (
	"fmt"
	"regexp"
	"strings"
)

// DefaultFleet is the name of a fleet that is given none.
const DefaultFleet = "default"

// Controller is the name of the controller, which no worker may have.
const Controller = "controller"

// A label of DNS, which certificates and Kubernetes can name: no dot, no wildcard.
var name = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

// ValidName reports whether s may name a fleet or a worker: 1 to 63 of a-z, 0-9 and -.
func ValidName(s string) bool { return name.MatchString(s) }

// To is the subject of the controller's messages to a worker of a fleet.
func To(fleet, worker string) string { return "agentperf." + fleet + ".to." + worker }

// From is the subject of the messages of a worker of a fleet to the controller. With the
// worker * it is that of all of them.
func From(fleet, worker string) string { return "agentperf." + fleet + ".from." + worker }

// CheckSubject returns an error for a subject that NATS would not take, or would take for
// more than one unless wildcards are allowed. Of its wildcards * alone is.
func CheckSubject(subject string, wildcards bool) error {
	for token := range strings.SplitSeq(subject, ".") {
		if token == "" || token == ">" || token == "*" && !wildcards || strings.ContainsFunc(token, outside) {
			return fmt.Errorf("subject %q: expected tokens of printing ASCII characters, parted by dots", subject)
		}
	}
	return nil
}

func outside(r rune) bool { return r <= ' ' || r > '~' }

// CheckPublish returns an error for what no Conn publishes.
func CheckPublish(subject string, data []byte) error {
	if len(data) > MaxMessage {
		return fmt.Errorf("a message of %d bytes to %s: expected %d at most", len(data), subject, MaxMessage)
	}
	return CheckSubject(subject, false)
}

func match(pattern, subject string) bool {
	p, s := strings.Split(pattern, "."), strings.Split(subject, ".")
	for i := range p {
		if i >= len(s) || p[i] != "*" && p[i] != s[i] {
			return false
		}
	}
	return len(p) == len(s)
}
