package agentperf

import (
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/trajectory"
)

// HTTPSender returns a Sender that sends over a connection, which it closes when its agent
// ends: for a Config.Connect that chooses among endpoints, or looks at what is sent. It is a
// trajectory.Answerer.
func HTTPSender(conn *endpoint.Conn) trajectory.Sender { return load.HTTPSender(conn) }
