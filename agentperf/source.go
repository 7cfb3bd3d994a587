package agentperf

import (
	"fmt"
	"strings"
)

// A Source says where the phases of a report come from that were read and not measured.
type Source struct {
	// Clients are the programs that measured: "agentperf", "Artificial Analysis' client" or
	// "AIPerf".
	Clients []string `json:"clients"`
	// Files are JudgeConfig.Files.
	Files []string `json:"files"`
	// SpeedBasis says, for each of the clients, what output speeds rest on.
	SpeedBasis []string `json:"speed_basis"`
}

// text says it to those who read only the table.
func (s *Source) text() string {
	parts := []string{"judged from records of " + strings.Join(s.Clients, " and ") + ", and not measured by this run; by the point rule, as rows lack what bounds an error"}
	for i, name := range s.Clients {
		parts = append(parts, fmt.Sprintf("output speed of %s: %s", name, s.SpeedBasis[i]))
	}
	return strings.Join(parts, "; ")
}
