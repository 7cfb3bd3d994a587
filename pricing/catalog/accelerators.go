package catalog

import (
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
)

//go:embed data/accelerators.csv
var embeddedAccelerators string

// An Accelerator is the data sheet of one accelerator. Figures without a source are nil,
// counts 0.
type Accelerator struct {
	Name, Vendor string
	// MemoryGB is the size of the memory in gigabytes, MemoryBandwidthTBs its
	// bandwidth in terabytes per second.
	MemoryGB, MemoryBandwidthTBs *float64
	// Peak rates of dense arithmetic (without sparsity), in TFLOPS.
	BF16TFLOPS, FP8TFLOPS, FP4TFLOPS *float64
	// TDP is the thermal design power of one accelerator, in watts.
	TDP *float64
	// System is the system that it is typically sold in, PerSystem the number of
	// accelerators in one, SystemMaxPowerKW its maximum power.
	System           string
	PerSystem        int
	SystemMaxPowerKW *float64
	// SystemsPerRack and PerRack are the numbers of systems and accelerators in a
	// rack, RackPowerKW its power.
	SystemsPerRack, PerRack int
	RackPowerKW             *float64
	// Source and Confidence ("high" or "medium") say where the figures are from,
	// Notes where sources disagree.
	Source, Confidence, Notes string
}

// BuiltinAccelerators returns the accelerators that come with the package, as known in
// November 2026.
func BuiltinAccelerators() []Accelerator {
	a, err := ReadAccelerators("accelerators.csv", strings.NewReader(embeddedAccelerators))
	if err != nil {
		panic(err) // a test reads them
	}
	return a
}

// LookupAccelerator returns the accelerator of that name; see [SameAccelerator].
func LookupAccelerator(all []Accelerator, name string) (Accelerator, error) {
	var names []string
	for _, a := range all {
		if SameAccelerator(a.Name, name) {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Accelerator{}, fmt.Errorf("catalog: no accelerator is named %.40q; there are %s", name, strings.Join(names, ", "))
}

// columns returns the fields of an accelerator with the names of their columns.
func (a *Accelerator) columns() (figures []figureColumn, counts []countColumn, texts []textColumn) {
	figures = []figureColumn{
		{"memory_gb", &a.MemoryGB}, {"memory_bandwidth_tbs", &a.MemoryBandwidthTBs},
		{"dense_bf16_tflops", &a.BF16TFLOPS}, {"fp8_tflops", &a.FP8TFLOPS}, {"fp4_tflops", &a.FP4TFLOPS},
		{"tdp_w", &a.TDP}, {"system_max_power_kw", &a.SystemMaxPowerKW}, {"rack_power_kw", &a.RackPowerKW},
	}
	counts = []countColumn{
		{"accelerators_per_system", &a.PerSystem}, {"systems_per_rack", &a.SystemsPerRack}, {"accelerators_per_rack", &a.PerRack},
	}
	texts = []textColumn{
		{"accelerator", &a.Name}, {"vendor", &a.Vendor}, {"typical_system_name", &a.System},
		{"source", &a.Source}, {"confidence", &a.Confidence}, {"notes", &a.Notes},
	}
	return figures, counts, texts
}

type figureColumn struct {
	name string
	v    **float64
}

type countColumn struct {
	name string
	v    *int
}

type textColumn struct {
	name string
	v    *string
}

// ReadAccelerators reads accelerators from CSV. The first row names the columns; only
// accelerator is required:
//
//	accelerator, vendor, memory_gb, memory_bandwidth_tbs, dense_bf16_tflops,
//	fp8_tflops, fp4_tflops, tdp_w, typical_system_name, accelerators_per_system,
//	system_max_power_kw, systems_per_rack, accelerators_per_rack, rack_power_kw,
//	source, confidence, notes
//
// An empty field means an unknown figure. The error is as for [ReadPrices].
func ReadAccelerators(name string, r io.Reader) ([]Accelerator, error) {
	var all []Accelerator
	seen := make(map[string]bool)
	err := readTable(name, r, []string{"accelerator"}, func(r *row) (err error) {
		var a Accelerator
		figures, counts, texts := a.columns()
		for _, c := range texts {
			*c.v = r.get(c.name)
		}
		for _, c := range figures {
			if *c.v, err = r.number(c.name); err != nil {
				return err
			}
		}
		for _, c := range counts {
			if *c.v, err = r.count(c.name); err != nil {
				return err
			}
		}
		if a.Name == "" || seen[acceleratorKey(a.Name)] {
			return r.bad("accelerator", "a name that no other row has")
		}
		seen[acceleratorKey(a.Name)] = true
		all = append(all, a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// WriteAccelerators writes accelerators as CSV. [ReadAccelerators] reads back the same,
// except for blanks around fields.
func WriteAccelerators(w io.Writer, all []Accelerator) error {
	var rows [][]string
	for i := -1; i < len(all); i++ {
		a := new(Accelerator)
		if i >= 0 {
			*a = all[i]
		}
		figures, counts, texts := a.columns()
		var names, fields []string
		for _, c := range texts {
			names, fields = append(names, c.name), append(fields, *c.v)
		}
		for _, c := range figures {
			text := ""
			if *c.v != nil {
				text = strconv.FormatFloat(**c.v, 'g', -1, 64)
			}
			names, fields = append(names, c.name), append(fields, text)
		}
		for _, c := range counts {
			text := ""
			if *c.v > 0 {
				text = strconv.Itoa(*c.v)
			}
			names, fields = append(names, c.name), append(fields, text)
		}
		if i < 0 {
			rows = append(rows, names)
		} else {
			rows = append(rows, fields)
		}
	}
	return writeTable(w, rows)
}
