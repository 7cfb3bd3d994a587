package system

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

// ForReport returns the identity as a report has it: without what looks like a key or is one
// of the known secrets, and with the engine and version that the server named where none was
// stated. owner is the owner of the model that the server lists, which some engines name
// themselves as; either may be empty. It is nil if nothing is known. The warning, if any, says
// that the stated version is not the server's.
func (i *Identity) ForReport(owner, version string, known ...string) (shown *Identity, warning string) {
	engine := ""
	if slices.Contains(engines, owner) {
		engine = owner
	}
	shown = new(Identity)
	if i != nil {
		shown = i.redacted(known)
	}
	switch {
	case version != "" && shown.EngineVersion != "" && shown.EngineVersion != version && (shown.Engine == "" || engine == "" || letters(shown.Engine) == letters(engine)):
		warning = "the version of the engine is stated as " + shown.EngineVersion + ", but the server says " + version
	case shown.Engine == "" && shown.EngineVersion == "" && engine+version != "":
		shown.Engine, shown.EngineVersion, shown.EngineFrom = engine, version, fromServer
	}
	if shown.empty() {
		return nil, warning
	}
	return shown, warning
}

// engines are those that name themselves as the owner of what they serve. Other owners are
// companies.
var engines = []string{"vllm", "sglang", "llamacpp"}

// assigned finds values that the names of flags and variables say are secret.
var assigned = regexp.MustCompile(`(?i)(--?[a-z0-9_-]*(?:api[-_]?key|secret|password|[-_]token|-token)(?:=|\s+)|[A-Z0-9_]*(?:API_?KEY|TOKEN|SECRET|PASSWORD)=)("[^"]*"|'[^']*'|[^\s"']+)`)

// redacted returns a copy without secrets.
func (i *Identity) redacted(known []string) *Identity {
	c := *i
	c.LaunchCommand = assigned.ReplaceAllString(c.LaunchCommand, "${1}REDACTED")
	text, err := json.Marshal(&c)
	if err != nil {
		return &c // cannot be: these are texts and numbers
	}
	var clean Identity
	if err := json.Unmarshal(secrets.New(known...).Redact(text), &clean); err != nil {
		return new(Identity) // rather nothing than a secret
	}
	return &clean
}
