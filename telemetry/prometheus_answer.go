package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An answer of Prometheus' HTTP API, of a vector or of a matrix.
type answer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Result []struct {
			Metric map[string]string `json:"metric"`
			Value  *apiPoint         `json:"value"`
			Values []apiPoint        `json:"values"`
		} `json:"result"`
	} `json:"data"`
}

// An apiPoint is a time in seconds and a value as text.
type apiPoint struct {
	ms    int64
	value float64
}

func (p *apiPoint) UnmarshalJSON(text []byte) error {
	seconds, value, ok := strings.Cut(strings.Trim(string(text), "[] "), ",")
	t, err := strconv.ParseFloat(strings.TrimSpace(seconds), 64)
	if !ok || err != nil || !(math.Abs(t) < 1e12) {
		return errors.New("not a sample")
	}
	if p.value, err = strconv.ParseFloat(strings.Trim(strings.TrimSpace(value), `"`), 64); err != nil {
		return errors.New("not a sample's value")
	}
	p.ms = int64(math.Round(t * 1000))
	return nil
}

// query asks at one time, and returns the finite values of the answer.
func (p *Prometheus) query(ctx context.Context, query string, at time.Time) ([]Sample, error) {
	form := url.Values{"query": {query}, "time": {strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)}}
	asked := time.Now()
	body, header, err := p.client.do(ctx, http.MethodPost, form.Encode(), "application/json", maxAnswer)
	if err != nil {
		return nil, err
	}
	var a answer
	switch err := json.Unmarshal(body, &a); {
	case err != nil:
		return nil, fmt.Errorf("not an answer of Prometheus: %s", p.client.quote(err.Error()))
	case a.Status != "success":
		return nil, errors.New(p.client.quote("Prometheus says " + a.Status + ": " + a.Error))
	}
	var samples []Sample
	for _, r := range a.Data.Result {
		var labels []Label
		for name, value := range r.Metric {
			if name != "__name__" {
				labels = append(labels, Label{name, value})
			}
		}
		slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
		if r.Value != nil {
			r.Values = append(r.Values, *r.Value)
		}
		for _, v := range r.Values {
			if !math.IsNaN(v.value) && !math.IsInf(v.value, 0) { // NaN also marks a series that ended
				samples = append(samples, Sample{time.UnixMilli(v.ms), r.Metric["__name__"], labels, v.value})
			}
		}
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		if d := date.Sub(asked); d > clockSkew || d < -clockSkew-time.Since(asked) {
			return samples, fmt.Errorf("the clock of Prometheus is %v from this one, so that its samples are of other times", d.Round(time.Second))
		}
	}
	return samples, nil
}
