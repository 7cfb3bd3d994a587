package trajectory

import "fmt"

// overlaps finds sessions that are mostly the same: recordings are cut out of longer
// ones, and published in several pieces. Requests with equal counts of input and output
// tokens are taken to be the same.
func (l *linter) overlaps(w *Workload) {
	const (
		least = 10  // requests; shorter sessions may agree by chance
		share = 0.6 // of the requests of the shorter session
	)
	type size struct{ in, out int }
	where := make(map[size][]int)
	for i, t := range w.Trajectories {
		if len(t.Turns) < least {
			continue
		}
		common, seen := make(map[int]int), make(map[size]bool)
		for k := range t.Turns {
			turn := &t.Turns[k]
			if turn.PromptTokens == 0 {
				continue
			}
			key := size{turn.PromptTokens, turn.OutputTokens}
			if seen[key] {
				continue // one request stands for those of its size
			}
			seen[key] = true
			for _, other := range where[key] {
				common[other]++
			}
			if list := where[key]; len(list) < 100 && (len(list) == 0 || list[len(list)-1] != i) {
				where[key] = append(list, i)
			}
		}
		delete(common, i)
		best := -1
		for other, n := range common {
			if float64(n) >= share*float64(min(len(t.Turns), len(w.Trajectories[other].Turns))) &&
				(best < 0 || n > common[best] || n == common[best] && other < best) {
				best = other
			}
		}
		if best >= 0 {
			l.findings = append(l.findings, Finding{
				File: t.Source, Trajectory: t.ID, Turn: -1, Severity: SeverityWarning, Rule: "overlap",
				Text: fmt.Sprintf("%d of %d requests have the same sizes as requests of %s: perhaps the same session, cut twice", common[best], len(t.Turns), w.Trajectories[best].ID),
			})
		}
	}
}
