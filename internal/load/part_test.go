package load_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// A part tells the error of an agent, which ends it, and not that its requests were cut.
func TestErrorOfPart(t *testing.T) {
	broken, cut := errors.New("broken"), errors.New("cut")
	for _, tt := range []struct {
		name string
		err  error // of agent 1 after a second
		want error
	}{{"an agent fails", broken, broken}, {"all is cut", nil, nil}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := load.StartPart(t.Context(), load.PartConfig{
					Shape: record.Shape{Agents: 2}, Agents: []int{0, 1}, Start: time.Now(), Tell: func(load.Entry) {},
				}, func(_, hard context.Context, a *load.Agent) error {
					time.Sleep(sec)
					if a.Index == 1 && tt.err != nil {
						return tt.err
					}
					<-hard.Done()
					return context.Cause(hard)
				})
				if tt.err == nil {
					time.AfterFunc(2*sec, func() { p.Cut(cut) })
				}
				<-p.Ended()
				if err := p.Err(); err != tt.want {
					t.Errorf("%v, want %v", err, tt.want)
				}
				p.Release()
			})
		})
	}
}

// Entries come in the order of their instants, by a clock that does not stand still: the message of
// a failure is told at the instant at which its request ends.
func TestPartTellsInOrder(t *testing.T) {
	const requests = 100
	var last load.Entry
	early, messages := 0, 0
	p := load.StartPart(t.Context(), load.PartConfig{
		Shape: record.Shape{Agents: 1}, Agents: []int{0}, Start: time.Now(), Tell: func(e load.Entry) {
			if e.At < last.At {
				early++
			}
			if last = e; e.Kind == load.Message {
				messages++
			}
		},
	}, func(_, _ context.Context, a *load.Agent) error {
		for i := range requests {
			row := record.New()
			row.Play, row.Thread = record.None, a.Thread(fmt.Sprint("sub", i))
			a.Begin(row).End(metrics.Timing{}, fmt.Errorf("failure %d", i))
		}
		return nil
	})
	<-p.Ended()
	p.Release()
	if early > 0 || messages != requests {
		t.Errorf("%d entries after later ones, %d messages", early, messages)
	}
}
