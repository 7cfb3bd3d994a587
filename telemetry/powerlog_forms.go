package telemetry

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// isNVIDIA reports whether a line is a header of nvidia-smi's with a field about power.
func isNVIDIA(fields []string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, "power.") || strings.HasPrefix(f, "module.power") })
}

// nvidiaRows returns what reads the rows after such a header: names of fields, with their
// unit in brackets unless nounits was asked for.
func (l *PowerLog) nvidiaRows(header []string) (func([]string, time.Time) ([]Sample, error), error) {
	at, index, uuid, bus := -1, -1, -1, -1
	names := make([]string, len(header)) // of samples
	var watts bool
	for i, field := range header {
		field, unit, _ := strings.Cut(field, " ")
		switch field {
		case "timestamp":
			at = i
		case "index":
			index = i
		case "uuid", "gpu_uuid":
			uuid = i
		case "pci.bus_id", "gpu_bus_id", "pci_bus_id":
			bus = i
		}
		if m, ok := meters[logNVIDIA+field]; ok && m.kind != noPower {
			names[i] = logNVIDIA + field
			watts = watts || m.kind == gaugeOfPower
			if expected := map[meterKind]string{gaugeOfPower: "[W]", limitOfPower: "[W]", throttledFor: "[us]"}[m.kind]; unit != "" && unit != expected {
				return nil, fmt.Errorf("%s is in %s, expected %s", field, clip(unit), expected)
			}
		}
	}
	if index < 0 {
		index = bus
	}
	switch {
	case !watts:
		return nil, errors.New("none of power.draw, power.draw.average and power.draw.instant is among the fields")
	case index < 0 && uuid < 0:
		return nil, errors.New("neither uuid nor index is among the fields, which tell accelerators apart")
	}
	return func(fields []string, now time.Time) (samples []Sample, err error) {
		now, err = l.timed(fields, at, now)
		if err != nil {
			return nil, err
		}
		of := func(column int) string {
			if column < 0 || strings.HasPrefix(fields[column], "[") {
				return ""
			}
			return fields[column]
		}
		labels := l.labelsOf("index", of(index), "uuid", of(uuid))
		if len(labels) == 0 {
			return nil, errors.New("a row of no accelerator")
		}
		some := false
		for i, name := range names {
			if name == "" {
				continue
			}
			v, ok := number(fields[i])
			switch m := meters[name]; m.kind {
			case throttleBits:
				mask, err := strconv.ParseInt(fields[i], 0, 53)
				v, ok = float64(mask), err == nil
			case throttledShare:
				ok = fields[i] == "Active" || fields[i] == "Not Active"
				if v = 0; fields[i] == "Active" {
					v = 1
				}
			case gaugeOfPower:
				some = some || ok
			}
			if ok {
				samples = append(samples, Sample{Time: now, Name: name, Labels: labels, Value: v})
			}
		}
		if !some { // there is an accelerator, and no power of it
			samples = append(samples, Sample{Time: now, Name: logNVIDIA + "absent", Labels: labels, Value: 1})
		}
		return samples, nil
	}, nil
}

// wallRows returns what reads the rows of a meter.
func (l *PowerLog) wallRows(header []string) (func([]string, time.Time) ([]Sample, error), error) {
	unit, power, meter := 1.0, -1, -1
	for i, field := range header[1:] {
		switch strings.ToLower(field) {
		case "watts", "w", "power_watts", "power [w]":
			power, unit = i+1, 1
		case "kilowatts", "kw", "power_kilowatts", "power [kw]":
			power, unit = i+1, 1e3
		case "meter":
			meter = i + 1
		}
	}
	if power < 0 {
		return nil, fmt.Errorf("the header is %q, expected time,watts or time,kilowatts", clip(strings.Join(header, ",")))
	}
	return func(fields []string, now time.Time) ([]Sample, error) {
		at, err := l.timed(fields, 0, now)
		if err != nil {
			return nil, err
		}
		v, ok := number(fields[power])
		if !ok {
			return nil, nil // a gap
		}
		var labels []Label
		if meter >= 0 {
			labels = l.labelsOf("meter", fields[meter], "", "")
		}
		return []Sample{{Time: at, Name: logWall, Labels: labels, Value: v * unit}}, nil
	}, nil
}

// rocmPower reports whether that is what rocm-smi calls the power of an accelerator: average
// on older ones, current socket power on MI300 and newer.
func rocmPower(key string) bool {
	return strings.HasSuffix(key, "Graphics Package Power (W)")
}

// rocmSample returns the sample of a card. Partitions of an accelerator, all but one, have 0
// or nothing, which is no sensor.
func (l *PowerLog) rocmSample(card, id, text string, now time.Time) []Sample {
	v, ok := number(text)
	if !ok || v <= 0 {
		return nil
	}
	return []Sample{{Time: now, Name: logROCm, Labels: l.labelsOf("card", card, "uuid", id), Value: v}}
}

// rocm reads what rocm-smi says as JSON: {"card0": {"... Power (W)": "90.0"}, ...}.
func (l *PowerLog) rocm(text string, now time.Time) (samples []Sample, err error) {
	if now, err = l.timed(nil, -1, now); err != nil {
		return nil, err
	}
	var cards map[string]map[string]any
	if err := json.Unmarshal([]byte(text), &cards); err != nil {
		return nil, fmt.Errorf("%q is not what rocm-smi --json says: %w", clip(text), err)
	}
	some := false
	for card, values := range cards {
		id, _ := values["Unique ID"].(string)
		for key, value := range values {
			if text, ok := value.(string); ok && rocmPower(key) {
				some = true
				samples = append(samples, l.rocmSample(card, id, text, now)...)
			}
		}
	}
	if !some {
		return nil, fmt.Errorf("%q has no power, expected what rocm-smi --showpower --json says", clip(text))
	}
	slices.SortFunc(samples, func(a, b Sample) int { return strings.Compare(a.Labels[0].Value, b.Labels[0].Value) })
	return samples, nil
}

// rocmRows returns what reads rocm-smi's rows after its header, "device,... Power (W)".
func (l *PowerLog) rocmRows(header []string) (func([]string, time.Time) ([]Sample, error), error) {
	power := slices.IndexFunc(header, rocmPower)
	if power < 0 {
		return nil, fmt.Errorf("the header is %q, expected what rocm-smi --showpower --csv says", clip(strings.Join(header, ",")))
	}
	id := slices.Index(header, "Unique ID")
	return func(fields []string, now time.Time) (samples []Sample, err error) {
		if now, err = l.timed(nil, -1, now); err != nil {
			return nil, err
		}
		unique := ""
		if id >= 0 {
			unique = fields[id]
		}
		return l.rocmSample(fields[0], unique, fields[power], now), nil
	}, nil
}
