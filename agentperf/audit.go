package agentperf

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/audit"
)

// An Audit asks a system, after the answer and under the load of the largest number of
// agents that holds for any tier, what tells whether it did the work that was timed, in the
// manner of MLPerf's compliance tests. Turns of the workload are sent as plays of their own,
// again, behind other prefixes, with their words in random order, with and without forced
// length; answers are sent back, for the server to count them. A quarter of the agents, four
// at most, do that, while the others go on playing. Each finding is named in
// Report.Audit, with what it rests on:
//
//   - answer_cache: a prompt that is sent again, or that a run has sent, is answered faster
//     after the first token;
//   - prefix_ignored: behind a new prefix a prompt comes from the cache all the same;
//   - length_not_forced: forced answers do not have their length;
//   - forced_faster: forced answers come faster than free ones;
//   - tokens_padded: answers claim more tokens than the server counts in their text;
//   - canned_answers: answers to different prompts are the same text;
//   - repetition: free answers go in a loop;
//   - wrong_answers: Check does not accept answers.
//
// An audit that finds nothing proves nothing: a system that recognizes it may behave.
// It needs senders that are a trajectory.Answerer, as those of Config.Endpoint are. Its
// requests are not in Config.Requests, and a run that is resumed is audited anew. One that
// takes two hours is broken off.
type Audit struct {
	// Prompts is the number of prompts, each of which takes 8 requests; 0 means 8. It is 8
	// to 64.
	Prompts int
	// Check, if set, says whether the answer to a request is right; any error is a finding.
	// request is the body as it was sent, and answer what is visible of its answer, which may
	// have Policy.MaxTokens tokens: reasoning, content, names and arguments of tool calls. It
	// is called when all requests have ended, once for each prompt and one call at a time.
	Check func(ctx context.Context, request []byte, answer string) error
}

const mostPrompts = 64

func (a *Audit) validate() error {
	if a != nil && a.Prompts != 0 && (a.Prompts < audit.LeastPrompts || a.Prompts > mostPrompts) {
		return fmt.Errorf("agentperf: Audit.Prompts is %d, expected 0 or %d to %d", a.Prompts, audit.LeastPrompts, mostPrompts)
	}
	return nil
}

// An AuditOutcome is what came of an audit.
type AuditOutcome string

const (
	// NotAudited: there was no audit, for the reason given.
	NotAudited AuditOutcome = "not audited"
	// AuditIncomplete: some check could not be made, because requests failed or the audit
	// was broken off. It is no pass.
	AuditIncomplete AuditOutcome = "incomplete"
	// AuditFindings: at least one check found something.
	AuditFindings AuditOutcome = "findings"
	// AuditPassed: no check that could be made found anything.
	AuditPassed AuditOutcome = "passed"
)

// An AuditReport is the result of an audit, or says why there is none.
type AuditReport struct {
	Outcome AuditOutcome `json:"outcome"`
	// Reason says why there was no audit or not all of it; empty otherwise.
	Reason string `json:"reason,omitempty"`
	// Agents is the number of agents at which it was made.
	Agents int `json:"agents,omitempty"`
	// Requests is the number of requests, Failed of those that failed. The tokens are what
	// the server counted in them. None of it includes the load beside them.
	Requests     int     `json:"requests"`
	Failed       int     `json:"failed"`
	InputTokens  int64   `json:"input_tokens"`
	OutputTokens int64   `json:"output_tokens"`
	Seconds      float64 `json:"seconds"`
	// Checked is the number of answers that Audit.Check was given, and Wrong the number of
	// those that it did not accept. Checked is 0 if accuracy was not checked.
	Checked int `json:"answers_checked"`
	Wrong   int `json:"answers_wrong"`
	// Checks holds what each check says.
	Checks []AuditCheck `json:"checks"`
}

// An AuditCheck is what one check of an audit says.
type AuditCheck struct {
	// Code is one of those of [Audit].
	Code string `json:"code"`
	// Outcome is "passed", "found", "skipped" where there was nothing to look at, or
	// "incomplete" where too many requests failed.
	Outcome string `json:"outcome"`
	Text    string `json:"text"`
}

// lines returns the audit as it stands in a table.
func (a *AuditReport) lines() []string {
	switch a.Outcome {
	case "": // of no run
		return nil
	case NotAudited:
		return []string{"Not audited: " + a.Reason + "."}
	}
	head := fmt.Sprintf("Audit at %s, %d requests in %s: ", agents(a.Agents), a.Requests, roundTime(a.Seconds))
	found := 0
	var of [4][]string
	for _, c := range a.Checks {
		i := slices.Index([]string{string(audit.Found), string(audit.Incomplete), string(audit.Skipped), string(audit.Passed)}, c.Outcome)
		if i < 0 { // a report that was read may say anything
			i = len(of) - 1
		}
		of[i] = append(of[i], fmt.Sprintf("  - %s (%s): %s", c.Code, c.Outcome, c.Text))
		if c.Outcome == string(audit.Found) {
			found++
		}
	}
	switch {
	case found == 1:
		head += "1 finding"
	case found > 1:
		head += fmt.Sprintf("%d findings", found)
	case a.Outcome == AuditPassed:
		head += "no findings"
	default:
		head += "incomplete, which is no pass"
	}
	if a.Reason != "" {
		head += ": " + strings.TrimSuffix(a.Reason, ".")
	}
	return append([]string{head + "."}, slices.Concat(of[:]...)...)
}
