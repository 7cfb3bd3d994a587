package telemetry

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/pricing"
)

// A device is an accelerator, a node or a meter, with all that is said of its power.
type device struct {
	basis   pricing.Basis
	name    string
	target  Target // that named it first
	named   naming
	targets []string // that say something of it
	options []*option
	limits  []Series
	halts   []halt
}

// A naming is what the name of a device is made of.
type naming int

const (
	byTarget naming = iota // and a number there, which devices of another target may have
	byHost                 // and a number there
	byUUID
)

// An option is one way to know the power of a device: a name in the page of a target.
type option struct {
	meter
	target string
	name   string
	series []Series // parts to be added up, or the same thing several times
}

// A halt is a series about lower clocks.
type halt struct {
	meter
	Series
}

// devices returns what is said of power, by device, in order of basis and name. Series
// without a basis are of the accelerator with the same labels.
func devices(observed []Observed) []*device {
	found := make(map[string]*device)
	for i := range observed {
		o := &observed[i]
		for _, s := range o.Series {
			m, ok := meterOf(s.Name)
			if ok && strings.EqualFold(s.Name, "ipmi_power_watts") {
				m, ok = sensor(s.Label("name"))
			}
			if !ok || partition(s) {
				continue
			}
			switch {
			case m.basis == "":
				m.basis = pricing.MeasuredAccelerator
			case o.Target.Basis != "" && m.basis != pricing.MeasuredAccelerator:
				m.basis = o.Target.Basis
			}
			name, named := deviceName(o.Target, m.basis, s)
			key := string(m.basis) + "\x00" + name
			d := found[key]
			if d == nil {
				d = &device{basis: m.basis, name: name, target: o.Target, named: named}
				found[key] = d
			}
			if !slices.Contains(d.targets, o.Target.Name) {
				d.targets = append(d.targets, o.Target.Name)
			}
			d.add(m, o.Target.Name, s)
		}
	}
	var all []*device
	for _, d := range found {
		all = append(all, d)
	}
	order := []pricing.Basis{pricing.MeasuredAccelerator, pricing.MeasuredNode, pricing.MeasuredWall}
	slices.SortFunc(all, func(a, b *device) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.basis), slices.Index(order, b.basis)), cmp.Compare(a.basis, b.basis), cmp.Compare(a.name, b.name))
	})
	return all
}

func (d *device) add(m meter, target string, s Series) {
	switch m.kind {
	case limitOfPower:
		d.limits = append(d.limits, s)
	case noPower:
	case throttledFor, throttledShare, throttleBits:
		d.halts = append(d.halts, halt{m, s})
	default:
		i := slices.IndexFunc(d.options, func(o *option) bool { return o.target == target && o.name == s.Name && o.rank == m.rank })
		if i < 0 {
			i = len(d.options)
			d.options = append(d.options, &option{meter: m, target: target, name: s.Name})
		}
		d.options[i].series = append(d.options[i].series, s)
	}
}

// partition reports whether a series is of a partition of an AMD accelerator that has no
// sensor: only the first has the socket's power, and the others say 0 or nothing.
func partition(s Series) bool {
	id := label(s, "gpu_partition_id")
	return id != "" && id != "0"
}

// deviceName returns what tells a device apart. Instances of MIG each carry the power of the
// whole board: their accelerator is the device.
func deviceName(t Target, basis pricing.Basis, s Series) (string, naming) {
	host, how := label(s, "hostname", "node_name", "nodename", "host", "exported_instance", "instance"), byHost
	if host == "" {
		host, how = t.Name, byTarget
	}
	if basis != pricing.MeasuredAccelerator {
		return clip(cmp.Or(label(s, "meter"), host)), how
	}
	uuid := strings.TrimPrefix(strings.ToLower(label(s, "uuid", "gpu_uuid", "serial_number")), "gpu-")
	if uuid != "" && !strings.HasPrefix(uuid, "mig-") {
		return clip(uuid), byUUID
	}
	return clip(strings.TrimSpace(host + " " + label(s, "pci_bus_id", "gpu", "gpu_id", "index", "device", "card"))), how
}

// label returns the value of the first of these labels that a series has, whatever the case
// of its name: dcgm-exporter's Hostname became hostname.
func label(s Series, names ...string) string {
	for _, name := range names {
		for _, l := range s.Labels {
			if l.Value != "" && strings.EqualFold(l.Name, name) {
				return l.Value
			}
		}
	}
	return ""
}

// clip bounds what pages bring into reports. UUIDs have 36 characters, names of hosts up to
// 253.
func clip(s string) string {
	const most = 100
	s = strings.ToValidUTF8(s, "?")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
