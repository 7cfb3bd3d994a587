package fleet

import (
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// reject turns a process away. The caller holds the lock.
func (c *Controller) reject(m *member, r *wire.Report, why string) {
	m.why = shortened(why)
	if m.turned != r.Instance {
		m.turned = r.Instance
		text := "a worker is rejected"
		if m.index >= 0 {
			text = "a worker cannot take the place of the one before"
		}
		c.cfg.Logger.Warn(text, "worker", m.name, "why", m.why)
	}
	c.tell(m, &wire.Order{Controller: c.id, Instance: r.Instance, Stage: wire.Rejected, Why: m.why})
}

// silent says that nothing is heard of a member, though it may have a successor. The caller holds
// the lock.
func (m *member) silent() string {
	text := "nothing is heard of worker " + m.name
	if m.why != "" {
		text += "; one of that name was rejected: " + m.why
	}
	return text
}

// turnAway rejects the workers that are why there is no fleet, of those that would be it: they
// would wait for another run without a word. Who is unlike the controller is wrong if another
// worker is like it; otherwise the controller may be, and they wait. The caller holds the lock.
func (c *Controller) turnAway(there []*member) {
	built := func(m *member) (why string) {
		if m.report.Build != c.build {
			why = fmt.Sprintf("it was built of %s, and the controller and other workers of %s: they would not do the same", m.report.Build, c.build)
		}
		return why
	}
	sends := func(m *member) (why string) {
		return unlike(m.name, m.report.Manner, "the controller", manner(c.cfg.Endpoint))
	}
	for _, rule := range []func(m *member) string{built, sends} {
		if !slices.ContainsFunc(there, func(m *member) bool { return rule(m) == "" }) {
			continue
		}
		for _, m := range there {
			if why := rule(m); why != "" {
				c.reject(m, &m.report, why)
				c.rejects = true
			}
		}
	}
}
