package format

// checkTotals compares the totals of a file with the sums of its requests.
func (d *wekaDecoder) checkTotals(t *wekaThread) {
	if d.totals == nil {
		return
	}
	var parent, sub counts
	for _, r := range t.requests {
		parent.input, parent.output = parent.input+r.in, parent.output+r.out
		if r.subagent == nil {
			continue
		}
		for _, s := range r.subagent.requests {
			sub.input, sub.output = sub.input+s.in, sub.output+s.out
		}
	}
	at := place{d.file, 0, t.id, -1}
	totals := parse(d.totals)
	for _, sum := range []struct {
		name string
		counts
	}{{"parent_tokens", parent}, {"subagent_tokens", sub}, {"combined_tokens", counts{input: parent.input + sub.input, output: parent.output + sub.output}}} {
		for _, n := range []struct {
			name string
			is   int
		}{{"input", sum.input}, {"output", sum.output}} {
			if v := totals.Get(sum.name).Get(n.name); v.Exists() && int(v.Int()) != n.is {
				d.rd.conflict(at, ruleTotal, "totals.%s.%s of %d, and requests of %d", sum.name, n.name, v.Int(), n.is)
			}
		}
	}
}
