// Package system says what system a benchmark measured, and with which tool: what a reader has
// to know to compare two reports, and to measure the same again.
//
// All of it is stated by whoever runs the benchmark, in code or in a file that [Parse] reads,
// except for what a server says of itself. Nothing is required and nothing is guessed: what is
// not stated is absent.
package system

import (
	"errors"
	"fmt"
	"strings"
)

// An Identity is what is stated of a system under test. The zero Identity states nothing.
type Identity struct {
	// Name is what readers call the system, such as "8x H200, vLLM".
	Name string `json:"name,omitempty"`
	// Engine is the inference engine, such as "vllm". EngineFrom is "server" where engine or
	// version are what the server said and not what was stated.
	Engine        string `json:"engine,omitempty"`
	EngineVersion string `json:"engine_version,omitempty"`
	EngineFrom    string `json:"engine_from,omitempty"`
	// Model is the model with its variant, and Precision that of weights, activations and
	// cache, such as "MXFP4 weights, FP8 KV cache".
	Model     string `json:"model,omitempty"`
	Precision string `json:"precision,omitempty"`
	// Accelerators are those of the whole deployment, idle ones included, by what they do.
	Accelerators []Accelerators `json:"accelerators,omitempty"`
	// Topology is how they are connected and divided, such as "disaggregated, one NVL72".
	Topology string `json:"topology,omitempty"`
	// Parallelism is that of the whole, such as "TP8"; groups of accelerators may have their
	// own.
	Parallelism string `json:"parallelism,omitempty"`
	// SpeculativeDecoding is the method with its parameters, such as "MTP-3", or "none".
	SpeculativeDecoding string `json:"speculative_decoding,omitempty"`
	// CachePolicy says what is cached, where and for how long, and how requests are routed to
	// it.
	CachePolicy string `json:"cache_policy,omitempty"`
	// LaunchCommand is what started the servers. What looks like a key in it, and in all other
	// text, is left out of reports.
	LaunchCommand string `json:"launch_command,omitempty"`
	// Driver is that of the accelerators with its version.
	Driver string `json:"driver,omitempty"`
	// Client is the machine that the benchmark ran on, such as "c7i.8xlarge, same zone". Its
	// host name is nowhere in a report unless it is stated here.
	Client string `json:"client,omitempty"`
	// Labels are whatever else tells systems apart.
	Labels map[string]string `json:"labels,omitempty"`
}

// Accelerators are a group of accelerators of one kind that do one thing.
type Accelerators struct {
	// Role is what they do; empty if they prefill and decode.
	Role Role `json:"role,omitempty"`
	// Name is that of one, such as "H200". Count is their number, in Instances servers or
	// workers; 0 means unknown.
	Name      string `json:"name,omitempty"`
	Count     int    `json:"count,omitempty"`
	Instances int    `json:"instances,omitempty"`
	// Parallelism is that of an instance, such as "DEP8".
	Parallelism string `json:"parallelism,omitempty"`
}

// A Role is what accelerators do in a disaggregated system.
type Role string

// The roles. Accelerators of routers are not among those that a capacity is divided by.
const (
	Prefill Role = "prefill"
	Decode  Role = "decode"
	Router  Role = "router"
)

// most is more accelerators than any system has.
const most = 10_000_000

// Validate returns all mistakes in the identity, joined, or nil.
func (i *Identity) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("system: "+format, args...)) }
	if i == nil {
		return nil
	}
	if i.EngineFrom != "" && i.EngineFrom != fromServer {
		bad("engine_from is %q, expected %s or nothing", i.EngineFrom, fromServer)
	}
	for k, a := range i.Accelerators {
		switch a.Role {
		case "", Prefill, Decode, Router:
		default:
			bad("accelerators[%d].role is %q, expected %s, %s, %s, or nothing for accelerators that do both", k, a.Role, Prefill, Decode, Router)
		}
		if a.Count < 0 || a.Count > most {
			bad("accelerators[%d].count is %d, expected 0 to %d", k, a.Count, most)
		}
		switch {
		case a.Instances < 0 || a.Instances > most:
			bad("accelerators[%d].instances is %d, expected 0 to %d", k, a.Instances, most)
		case a.Count > 0 && a.Instances > a.Count:
			bad("accelerators[%d] has %d instances on %d accelerators, expected at most one on each", k, a.Instances, a.Count)
		}
	}
	return errors.Join(errs...)
}

// fromServer is where an engine is from that the server names.
const fromServer = "server"

// empty reports whether nothing is stated.
func (i *Identity) empty() bool { return i == nil || len(i.Lines()) == 0 }

// Lines returns the identity for people, a fact or two in each.
func (i *Identity) Lines() (lines []string) {
	if i == nil {
		return nil
	}
	add := func(name, text string) {
		if text != "" {
			lines = append(lines, name+": "+text)
		}
	}
	add("system", i.Name)
	engine := strings.TrimSpace(i.Engine + " " + i.EngineVersion)
	if engine != "" && i.EngineFrom == fromServer {
		engine += " (the server says)"
	}
	add("engine", engine)
	add("model", i.Model)
	add("precision", i.Precision)
	var groups []string
	for _, a := range i.Accelerators {
		groups = append(groups, a.String())
	}
	add("accelerators", strings.Join(groups, "; "))
	add("topology", i.Topology)
	add("parallelism", i.Parallelism)
	add("speculative decoding", i.SpeculativeDecoding)
	add("cache policy", i.CachePolicy)
	add("launch command", i.LaunchCommand)
	add("driver", i.Driver)
	add("client", i.Client)
	for _, k := range sortedKeys(i.Labels) {
		add(k, i.Labels[k])
	}
	return lines
}

// String returns the group in a few words, such as "24 GB300 for prefill, 6 instances of DEP4".
func (a Accelerators) String() string {
	text := a.Name
	if text == "" {
		text = "accelerators"
	}
	if a.Count > 0 {
		text = fmt.Sprintf("%d %s", a.Count, text)
	}
	if a.Role != "" {
		text += " for " + string(a.Role)
	}
	of := ", "
	switch {
	case a.Instances == 1:
		text, of = text+", 1 instance", " of "
	case a.Instances > 1:
		text, of = fmt.Sprintf("%s, %d instances", text, a.Instances), " of "
	}
	if a.Parallelism != "" {
		text += of + a.Parallelism
	}
	return text
}
