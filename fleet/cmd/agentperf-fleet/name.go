package main

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
)

// nameOf returns the name of a worker: the one that is given, or else that of the environment,
// of its place in an indexed job of Kubernetes, or of its machine, made fit. One that takes the
// place of another has to have its name.
func nameOf(given string, getenv func(string) string, hostname func() (string, error)) (string, error) {
	const want = "expected 1 to 63 of a-z, 0-9 and -, and not " + bus.Controller
	fit := func(s string) bool { return bus.ValidName(s) && s != bus.Controller }
	if given != "" {
		if !fit(given) {
			return "", fmt.Errorf("-name is %.80q, %s", given, want)
		}
		return given, nil
	}
	if s := getenv("AGENTPERF_WORKER"); s != "" {
		if !fit(s) {
			return "", fmt.Errorf("AGENTPERF_WORKER in the environment is %.80q, %s", s, want)
		}
		return s, nil
	}
	if s := getenv("JOB_COMPLETION_INDEX"); s != "" {
		if !fit("worker-" + s) {
			return "", fmt.Errorf("JOB_COMPLETION_INDEX in the environment is %.80q, expected a number", s)
		}
		return "worker-" + s, nil
	}
	host, err := hostname()
	if err != nil {
		return "", fmt.Errorf("the name of this machine: %w; -name gives another", err)
	}
	host = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(host))
	if host = strings.Trim(host[:min(len(host), 63)], "-"); !fit(host) {
		return "", fmt.Errorf("the name of this machine says nothing; -name gives another, %s", want)
	}
	return host, nil
}
