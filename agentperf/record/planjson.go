package record

import (
	"encoding/json"

	"github.com/agentperf/agentperf-go/trajectory"
)

// encoded is the form of a Plan in JSON. Policy.Fields are strings that hold JSON: as JSON
// themselves they would be encoded anew, with other escapes, and requests have their bytes.
type encoded struct {
	fields
	Policy encodedPolicy `json:"policy"`
}

// fields are those of a Plan, without its methods.
type fields Plan

type encodedPolicy struct {
	trajectory.Policy
	Fields map[string]string
}

// MarshalJSON encodes the plan. Durations are in nanoseconds, the seed is a string, and so is
// the JSON of each of Policy.Fields.
func (p Plan) MarshalJSON() ([]byte, error) {
	e := encoded{fields: fields(p), Policy: encodedPolicy{Policy: p.Policy}}
	if p.Policy.Fields != nil {
		e.Policy.Fields = make(map[string]string, len(p.Policy.Fields))
	}
	for name, value := range p.Policy.Fields {
		e.Policy.Fields[name] = string(value)
	}
	return json.Marshal(e)
}

// UnmarshalJSON decodes a plan, whose Policy it does not validate.
func (p *Plan) UnmarshalJSON(text []byte) error {
	var e encoded
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	*p = Plan(e.fields)
	p.Policy = e.Policy.Policy
	if e.Policy.Fields != nil {
		p.Policy.Fields = make(map[string]json.RawMessage, len(e.Policy.Fields))
	}
	for name, value := range e.Policy.Fields {
		p.Policy.Fields[name] = json.RawMessage(value)
	}
	return nil
}
