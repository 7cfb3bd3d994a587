package catalog

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// accelerators returns our name of a row's accelerators and their number, given the number
// in the row; ok is false for a slice whose number of chips is not known.
func (r *row) accelerators(count *big.Rat) (name string, number *big.Rat, ok bool) {
	name = r.get("acceleratorname")
	if tpu := tpuName.FindStringSubmatch(name); tpu != nil {
		chips, err := strconv.ParseInt(tpu[2], 10, 32)
		per, known := tpuCores[strings.ToLower(tpu[1])]
		if err != nil || !known || chips < per {
			return "", nil, false
		}
		name = "TPU-" + strings.Replace(strings.ToLower(tpu[1]), "litepod", "e", 1)
		return name, new(big.Rat).Mul(count, big.NewRat(chips, per)), true
	}
	family := familyName.FindStringSubmatch(name)
	if family == nil {
		return name, count, true
	}
	base := strings.ToUpper(family[1])
	memory := r.memories(count)
	if base == "A100" || base == "A800" {
		base = r.withMemory(base, memory)
	}
	return base + r.form(base, count, memory), count, true
}

// tpuName is the name of a slice of TPUs: generation and size.
var tpuName = regexp.MustCompile(`(?i)^tpu-?(v?\d+[a-z]*)-(\d+)$`)

// tpuCores are the generations of TPU, and how many of what the name of a slice counts
// make a chip: Google counts cores up to v4 and of v5p, two to a chip, and chips of v5e and
// v6e.
var tpuCores = map[string]int64{"v2": 2, "v3": 2, "v4": 2, "v5p": 2, "v5litepod": 1, "v5e": 1, "v6e": 1}

// familyName is the name of an accelerator that is sold in several forms, which the name
// may state.
var familyName = regexp.MustCompile(`(?i)^(A100|A800|H100|H800|H200)([-_ ](\d+GB?|SXM\d?|PCIE|NVL|NVLINK|MEGA|HGX))*$`)

// Forms of an accelerator, as the end of its name. An unknown one is stated, since the bare
// name means SXM.
const (
	sxm, pcie, nvl = "-SXM", "-PCIe", "-NVL"
	unknownForm    = " (form unknown)"
)

// formWord is a word that states a form; NVLink is a connection that PCIe cards have, too.
var formWord = regexp.MustCompile(`(?i)sxm|hgx|mega|pci-?e|nvl(?:ink)?`)

// instanceForms are instances that have accelerators of one form and do not say so: those
// of AWS, Google Cloud, DigitalOcean, Verda and Azure, and Hyperstack's.
var instanceForms = []struct {
	instance *regexp.Regexp
	form     string
}{
	{regexp.MustCompile(`(?i)^(p4|p5|a2-|a3-|gpu-h[12]00x|standard_nd|bm\.gpu)|\d[ah][12]00\.\d+s\.`), sxm},
	{regexp.MustCompile(`(?i)^n3-[ah]100x|^standard_nc\d+ads_a100`), pcie},
	{regexp.MustCompile(`(?i)^standard_nc`), nvl},
}

// form returns the form of a row's accelerators: what names and GpuInfo state, else what
// the instance is known for, else what the memory tells; eight or more in an instance that
// says nothing are SXM, and so are those without an instance, which are Google Cloud's.
func (r *row) form(base string, count *big.Rat, memory []float64) string {
	beside := []string{r.get("acceleratorname"), r.get("instancetype"), r.get("upstreamcloudid")}
	for _, name := range gpuName.FindAllStringSubmatch(r.get("gpuinfo"), -1) {
		beside = append(beside, name[1])
	}
	found := ""
	for _, word := range formWord.FindAllString(strings.Join(beside, "\n"), -1) {
		form := map[string]string{"SXM": sxm, "HGX": sxm, "MEGA": sxm, "NVL": nvl, "NVLINK": ""}[strings.ToUpper(word)]
		if strings.HasPrefix(strings.ToUpper(word), "PCI") {
			form = pcie
		}
		switch {
		case form == "":
		case found == "":
			found = form
		case found != form:
			return unknownForm
		}
	}
	is80, is94 := base != "H200" && fits(memory, 80), base != "H200" && fits(memory, 94)
	switch {
	case found == nvl && is80 && !is94, found != "" && found != nvl && is94 && !is80:
		return unknownForm
	case found != "":
		return found
	}
	for _, known := range instanceForms {
		if known.instance.MatchString(r.get("instancetype")) || known.instance.MatchString(r.get("upstreamcloudid")) {
			return known.form
		}
	}
	switch {
	case is94 && !is80:
		return nvl
	case count.Cmp(big.NewRat(8, 1)) >= 0, r.get("instancetype") == "":
		return sxm
	}
	return unknownForm
}

// withMemory returns A100-40GB or A100-80GB: the name, unless the memory says another.
func (r *row) withMemory(base string, memory []float64) string {
	is80 := strings.Contains(r.get("acceleratorname"), "80G")
	if has40, has80 := fits(memory, 40), fits(memory, 80); has40 != has80 {
		is80 = has80
	}
	if is80 {
		return base + "-80GB"
	}
	return base + "-40GB"
}

var (
	// gpuName and gpuMemory find fields of GpuInfo, a Python or JSON dictionary.
	gpuName   = regexp.MustCompile(`['"]Name['"]\s*:\s*['"]([^'"]*)['"]`)
	gpuMemory = regexp.MustCompile(`['"]SizeInMiB['"]\s*:\s*(\d+(?:\.\d+)?)`)
)

// memories returns what the memory of one accelerator may be, in GiB. SizeInMiB is of one
// accelerator in some files and of all in others, and in some it is in GiB.
func (r *row) memories(count *big.Rat) (list []float64) {
	n, _ := count.Float64()
	for _, m := range gpuMemory.FindAllStringSubmatch(r.get("gpuinfo"), -1) {
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n <= 0 {
			continue
		}
		if v >= 2048 { // GiB of 16 accelerators are fewer
			v /= 1024
		}
		list = append(list, v, v/n)
	}
	return list
}

// fits reports whether a memory in GiB is about one of the list: makers count in powers of
// ten and two, and drivers keep some.
func fits(list []float64, gib float64) bool {
	return slices.ContainsFunc(list, func(v float64) bool { return v > 0.95*gib && v < 1.05*gib })
}
