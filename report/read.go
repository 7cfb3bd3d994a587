package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/jsonerror"
	"github.com/agentperf/agentperf-go/slt"
)

// A Report is a report of either kind: exactly one of Agentperf and SLT is not nil.
type Report struct {
	// Name is the name of the file that it was read from; empty if it was read from elsewhere.
	Name      string
	Agentperf *agentperf.Report
	SLT       *slt.Report
}

// Read reads a report of either kind. It is an error if the report has another schema than this
// version writes, is not the JSON that its schema names, has more than 64 MiB or more than
// 262,144 objects, which is room for some 15,000 phases.
func Read(r io.Reader) (*Report, error) {
	report, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return report, nil
}

func read(r io.Reader) (*Report, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err == nil {
		err = bound(text)
	}
	if err != nil {
		return nil, err
	}
	return decode(text)
}

func decode(text []byte) (*Report, error) {
	var kind struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, wrong(err)
	}
	r := new(Report)
	switch kind.Schema {
	case agentperf.Schema:
		r.Agentperf = new(agentperf.Report)
		if err := json.Unmarshal(text, r.Agentperf); err != nil {
			return nil, wrong(err)
		}
		if err := checkPhases(r.Agentperf); err != nil {
			return nil, err
		}
		compact(r.Agentperf.Config.Fields)
		return r, nil
	case slt.Schema:
		r.SLT = new(slt.Report)
		if err := json.Unmarshal(text, r.SLT); err != nil {
			return nil, wrong(err)
		}
		compact(r.SLT.Config.Fields)
		return r, nil
	}
	return nil, unknownSchema(kind.Schema)
}

func wrong(err error) error { return errors.New("not a report: " + jsonerror.Words(err)) }

// compact undoes the indentation that a field of request bodies has in a report.
func compact(fields map[string]json.RawMessage) {
	for name, value := range fields {
		var b bytes.Buffer
		if json.Compact(&b, value) == nil {
			fields[name] = b.Bytes()
		}
	}
}
