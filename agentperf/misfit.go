package agentperf

import (
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// misfit says what is wrong with a phase that a Load returned, be it one that was broken off, so
// that nothing can be derived from it; empty if nothing is.
func misfit(p *record.Phase) string {
	if p.End < 0 || p.End > derive.Longest || p.Settled < 0 || p.Settled > derive.Longest || p.WindowEnd > p.End+1 { // one more, as of a request that began at the very end
		return fmt.Sprintf("the window is from %v to %v, expected 0 to the end of the phase at %v, at most %v", p.Settled, p.WindowEnd, p.End, derive.Longest)
	}
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			if begun := rows[i].Begun; begun < 0 || begun > p.End {
				return fmt.Sprintf("row %d was begun at %v, expected 0 to the end of the phase at %v", i, begun, p.End)
			}
		}
	}
	for agent, client := range p.Owners {
		if client < 0 || int(client) >= len(p.Clients) || len(p.Owners) != p.Agents {
			return fmt.Sprintf("agent %d is of client %d, expected 0 to %d, and so for each of %d agents", agent, client, len(p.Clients)-1, p.Agents)
		}
	}
	return misfitRows(p)
}

// misfitRows says which row of a phase refers to what is not there, or is of no request that can
// be; empty if none is. A phase under way may have rows that were begun while it was put together.
func misfitRows(p *record.Phase) string {
	for i := range p.Clients {
		if why := derive.ImpossibleClient(&p.Clients[i]); why != "" {
			return fmt.Sprintf("client %d%s %s", i, called(p, i), why)
		}
	}
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			if why := misfitRow(p, &rows[i]); why != "" {
				return fmt.Sprintf("row %d %s", i, why)
			}
		}
	}
	for i := range p.Rows {
		if why := derive.Impossible(&p.Rows[i], false); why != "" {
			return fmt.Sprintf("row %d%s %s", i, owned(p, &p.Rows[i]), why)
		}
	}
	for i := range p.Open {
		if why := derive.Impossible(&p.Open[i], true); why != "" {
			return fmt.Sprintf("open row %d%s %s", i, owned(p, &p.Open[i]), why)
		}
	}
	return ""
}

// called names a client, if it has a name.
func called(p *record.Phase, client int) string {
	if name := p.Clients[client].Name; name != "" {
		return ", " + shortName(name) + ","
	}
	return ""
}

// owned names the client that sent the request of a row, where there are several.
func owned(p *record.Phase, r *record.Row) string {
	if i := derive.ClientOf(p, r); i >= 0 && i < len(p.Clients) && p.Clients[i].Name != "" {
		return ", of client " + shortName(p.Clients[i].Name) + ","
	}
	return ""
}

// misfitRow says what a row refers to that is not there; empty if nothing is missing.
func misfitRow(p *record.Phase, r *record.Row) string {
	switch {
	case r.Agent < 0 || int(r.Agent) >= p.Agents:
		return fmt.Sprintf("is of agent %d, expected 0 to %d", r.Agent, p.Agents-1)
	case r.Play < record.None || int(r.Play) >= len(p.Plays):
		return fmt.Sprintf("is of play %d, expected 0 to %d", r.Play, len(p.Plays)-1)
	case r.Thread < 0 || int(r.Thread) >= max(1, len(p.Threads)):
		return fmt.Sprintf("is of thread %d, expected 0 to %d", r.Thread, len(p.Threads)-1)
	}
	return ""
}
