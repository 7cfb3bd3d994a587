package slt_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/trajectory"
)

// The Logger is told of levels and of every warning.
func TestLogger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		cfg := connecting(short(1, 2), func(int) trajectory.Sender { return inProcess{t: t} })
		cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
		report, err := slt.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		text := log.String()
		if strings.Count(text, `level=INFO msg="level begins"`) != 2 || strings.Count(text, `level=INFO msg="level ended" concurrency=2 ending=complete`) != 1 {
			t.Errorf("%s", text)
		}
		if n := strings.Count(text, "level=WARN"); len(report.Warnings) == 0 || n != len(report.Warnings) {
			t.Errorf("%d warnings were logged of %d\n%s", n, len(report.Warnings), text)
		}
	})
}
