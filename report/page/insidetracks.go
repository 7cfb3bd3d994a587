package page

import (
	"fmt"
	"iter"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// panel draws a phase: what it consists of under each other, on one axis of time. What the servers
// and meters said meanwhile is below the requests.
func (in *inside) panel(k look, p step, sc insideScales, courses []course) chart.Tracks {
	tracks := []chart.Track{in.startedTrack(sc), in.flyingTrack(k, sc), in.ttftTrack(k, sc), in.speedTrack(k, sc)}
	for _, title := range sc.titles {
		tracks = append(tracks, seriesTrack(title, sc, courses))
	}
	return chart.Tracks{
		Title: fmt.Sprintf("Inside phase %d of %s", p.Index+1, chart.Cut(k.of.label, 500, 13)), Color: k.of.color,
		Desc: fmt.Sprintf("%s, %s, window from %s to %s", chart.Count(p.Agents, "agent", "agents"), chart.Count(len(in.requests), "request", "requests"), chart.Seconds(in.from), chart.Seconds(in.to)),
		X:    chart.Axis{Scale: chart.Linear(sc.end, 4), Title: "Seconds in the phase"}, From: in.from, To: in.to,
		Tracks: tracks,
	}
}

// seriesTrack has a figure of the servers or their power. It is empty, and says so, in a phase
// of which it is not known.
func seriesTrack(title string, sc insideScales, courses []course) chart.Track {
	t := chart.Track{Height: 54, Y: chart.Axis{Scale: chart.Linear(sc.tops[title], 2), Title: title}, Note: "not known"}
	for _, c := range courses {
		if c.title == title {
			t.Line, t.Note = c.points, ""
		}
	}
	return t
}

func (in *inside) startedTrack(sc insideScales) chart.Track {
	t := chart.Track{Height: 54, Y: chart.Axis{Scale: chart.Linear(sc.started, 2), Title: "Started per second"}}
	for _, bin := range in.bins(sc.step) {
		t.Stairs = append(t.Stairs, chart.XY{X: bin.from, Y: bin.rate(in, sc.step)})
	}
	if n := len(t.Stairs); n > 0 {
		t.Stairs = append(t.Stairs, chart.XY{X: in.end, Y: t.Stairs[n-1].Y})
	}
	return t
}

// flyingTrack has requests in flight, and those that failed as crosses.
func (in *inside) flyingTrack(k look, sc insideScales) chart.Track {
	t := chart.Track{Height: 54, Y: chart.Axis{Scale: chart.Linear(sc.flying, 2), Title: "In flight"}, Stairs: in.flying(), Cross: "Request failed"}
	for _, r := range in.requests {
		if r.failed && len(t.Crosses) < k.dots/10 {
			t.Crosses = append(t.Crosses, r.end)
		}
	}
	return t
}

func (in *inside) ttftTrack(k look, sc insideScales) chart.Track {
	t := chart.Track{Height: 96, Y: chart.Axis{Scale: chart.Log10(sc.low, max(sc.high, sc.low*10)), Title: "TTFT", Format: chart.Seconds}}
	for r := range in.every(k.dots) {
		if r.ttft > 0 {
			t.Dots = append(t.Dots, chart.XY{X: r.sent, Y: r.ttft})
		}
	}
	return t
}

// speedTrack has the output speed of requests, and their P25 over time.
func (in *inside) speedTrack(k look, sc insideScales) chart.Track {
	t := chart.Track{Height: 130, Y: chart.Axis{Scale: chart.Linear(sc.speed, 3), Title: "Output speed, tok/s"}}
	if k.level.speed > 0 { // other levels do not judge it
		// Its text would lie on the line, which is there around a limit.
		t.Rule = &chart.Rule{At: k.level.speed}
		t.Y.Title += "; dashed: SLO " + chart.Number(k.level.speed)
	}
	for _, bin := range in.bins(sc.step) {
		t.Line = append(t.Line, chart.XY{X: bin.from + sc.step/2, Y: bin.p25})
	}
	above := 0
	for _, r := range in.requests {
		if !r.failed && r.speed > sc.speed {
			above++
		}
	}
	if above > 0 {
		t.Note = chart.Int(above) + " above"
	}
	for r := range in.every(k.dots) {
		if r.speed > 0 && r.speed <= sc.speed {
			t.Dots = append(t.Dots, chart.XY{X: r.sent, Y: r.speed})
		}
	}
	return t
}

// every yields so many of the requests that did not fail, at most.
func (in *inside) every(most int) iter.Seq[request] {
	every := (len(in.requests) + most - 1) / most
	return func(yield func(request) bool) {
		for i, r := range in.requests {
			if !r.failed && i%every == 0 && !yield(r) {
				return
			}
		}
	}
}
