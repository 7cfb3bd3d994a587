package load_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
)

// What a request costs the merge, of one part and of as many as a fleet may have.
func BenchmarkMerge(b *testing.B) {
	const agents = 1000
	for _, parts := range []int{1, 4, agents} {
		b.Run(fmt.Sprintf("parts=%d", parts), func(b *testing.B) {
			plan := &record.Plan{Shape: record.Shape{Agents: agents, Measure: time.Hour, Fixed: true}}
			m := load.NewMerge(plan, record.Watch{}, parts, time.Now(), func(agent int) int { return agent % parts })
			told := make([][]load.Entry, parts)
			now := time.Duration(0)
			tell := func(e load.Entry) {
				now += time.Microsecond
				e.At = now
				part := int(e.Agent) % parts
				told[part] = append(told[part], e)
			}
			take := func() {
				now += time.Microsecond
				for part := range told {
					if err := m.Add(part, told[part], now); err != nil {
						b.Fatal(err)
					}
					told[part] = told[part][:0]
				}
				if err := m.Advance(); err != nil {
					b.Fatal(err)
				}
			}
			for agent := range int32(agents) {
				tell(load.Entry{Kind: load.Up, Agent: agent})
			}
			take()
			b.ReportAllocs()
			for request := int64(0); b.Loop(); request++ {
				e := load.Entry{Kind: load.Begin, Agent: int32(request * 7 % agents), Request: request, Row: record.New()}
				e.Row.Begun, e.Row.Play = now+time.Microsecond, record.None
				tell(e)
				e.Kind, e.Row.First = load.First, now
				tell(e)
				e.Kind, e.Row.End = load.End, now
				tell(e)
				if request%5000 == 4999 {
					take()
				}
			}
			take()
		})
	}
}
