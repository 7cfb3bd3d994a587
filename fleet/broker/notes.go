package broker

import (
	"fmt"
	"log/slog"
	"sync"
)

// notes hands what nats-server says on to a slog.Logger.
type notes struct {
	logger *slog.Logger

	mu   sync.Mutex
	last string
}

func (n *notes) Noticef(format string, v ...any) { n.logger.Debug(fmt.Sprintf(format, v...)) }
func (n *notes) Warnf(format string, v ...any)   { n.logger.Warn(fmt.Sprintf(format, v...)) }
func (n *notes) Errorf(format string, v ...any)  { n.logger.Error(fmt.Sprintf(format, v...)) }
func (n *notes) Debugf(string, ...any)           {}
func (n *notes) Tracef(string, ...any)           {}

// Fatalf does not end the process: Start returns the error.
func (n *notes) Fatalf(format string, v ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = fmt.Sprintf(format, v...)
}

func (n *notes) fatal() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.last
}
