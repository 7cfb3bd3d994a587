package cli

import (
	"errors"
	"flag"
	"math"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
)

// Speeds defines the flag -at-speed: output speeds per query, separated by commas, in one
// flag or several.
func Speeds(flags *flag.FlagSet, speeds *[]metrics.TokensPerSecond, usage string) {
	flags.Func("at-speed", usage, func(s string) error {
		for text := range strings.SplitSeq(s, ",") {
			v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil || !(v > 0) || math.IsInf(v, 0) {
				return errors.New("expected tokens per second, such as 100, or several separated by commas")
			}
			*speeds = append(*speeds, metrics.TokensPerSecond(v))
		}
		return nil
	})
}
