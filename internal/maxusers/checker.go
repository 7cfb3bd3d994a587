package maxusers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// checkFor is how long a command may take for one answer.
const checkFor = time.Minute

// checkBy returns a checker that runs a command, its arguments separated by spaces; nil
// without one.
func checkBy(command string) func(ctx context.Context, request []byte, answer string) error {
	words := strings.Fields(command)
	if len(words) == 0 {
		return nil
	}
	return func(ctx context.Context, request []byte, answer string) error {
		input, err := json.Marshal(struct {
			Request json.RawMessage `json:"request"`
			Answer  string          `json:"answer"`
		}{request, answer})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeoutCause(ctx, checkFor, fmt.Errorf("%s took more than %v", words[0], checkFor))
		defer cancel()
		var said head
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = bytes.NewReader(input), &said, &said, time.Second
		err = cmd.Run()
		switch line, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n"); {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case line != "" && !errors.Is(err, exec.ErrNotFound):
			return fmt.Errorf("%w: %s", err, line)
		default:
			return err
		}
	}
}

// A head keeps the first bytes that are written to it.
type head []byte

func (h *head) Write(p []byte) (int, error) {
	const most = 1000
	*h = append(*h, p[:min(len(p), most-len(*h))]...)
	return len(p), nil
}
