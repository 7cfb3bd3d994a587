package chart

import (
	"math"
	"slices"
)

// spread moves labels apart that stand at the heights ys, so that neighbors have a distance of
// at least gap. They keep their order and, if there is room, stay between low and high; each
// moves as little as that allows.
func spread(ys []float64, gap, low, high float64) []float64 {
	order := make([]int, len(ys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case ys[a] < ys[b]:
			return -1
		case ys[a] > ys[b]:
			return 1
		}
		return 0
	})
	// Labels that touch form a group, which stands where the mean of its members' heights is.
	type group struct {
		sum  float64 // of height minus rank times gap
		n    int
		from int
	}
	var groups []group
	top := func(g group) float64 {
		return max(low, min(high-float64(g.n-1)*gap, g.sum/float64(g.n)))
	}
	for k, i := range order {
		g := group{sum: ys[i], n: 1, from: k}
		for len(groups) > 0 {
			last := groups[len(groups)-1]
			if top(last)+float64(last.n)*gap <= top(g)+1e-9 {
				break
			}
			g = group{sum: last.sum + g.sum - float64(last.n)*gap*float64(g.n), n: last.n + g.n, from: last.from}
			groups = groups[:len(groups)-1]
		}
		groups = append(groups, g)
	}
	out := make([]float64, len(ys))
	for _, g := range groups {
		for k := range g.n {
			out[order[g.from+k]] = math.Round((top(g)+float64(k)*gap)*10) / 10
		}
	}
	return out
}
