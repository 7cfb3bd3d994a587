//go:build !unix

package transports

import "time"

func processorTime() (time.Duration, bool) { return 0, false }
