package page

import (
	"flag"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

func pricesOf(t *testing.T, rows string) catalog.Prices {
	t.Helper()
	all, err := catalog.ReadPrices("prices.csv", strings.NewReader("provider,accelerator,commitment,price_per_gpu_hour_usd,price_date,scope,instance_name\n"+rows))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var november = time.Date(2026, 11, 29, 15, 0, 0, 0, time.UTC)

// Of each provider the lowest price counts: a new one rather than an old one, and one of a whole
// instance rather than of an accelerator alone. The lowest of all is chosen in the same way.
func TestLowestPrices(t *testing.T) {
	all, omitted := offersOf(pricesOf(t, `A,H100,on_demand,4,2026-11-01,,big
A,H100,on_demand,3,2026-11-02,,small
A,H100,on_demand,1,2026-01-02,,ancient
B,H100,on_demand,2,2026-01-02,,only old
C,H100,on_demand,2.5,2026-11-01,gpu_only,alone
C,H100,1yr,1.5,2026-11-01,gpu_only,alone
C,H100,1yr,1.8,2026-11-01,,whole
D,H100,spot,0.5,2026-11-01,,spot
A,MI300X,on_demand,9,2026-11-01,,m
A,B200,1yr,5,2026-11-01,,b
A,GB300,on_demand,1,2026-12-01,,later
D,H100,3yr,1.2,2026-11-01,,three
`), november)
	var got []string
	for _, a := range all {
		for _, o := range a.offers {
			got = append(got, a.name+" "+o.Provider+" "+o.commitment()+" "+o.note())
		}
		for _, c := range commitments {
			if o, ok := a.lowest(c); ok {
				got = append(got, a.name+" lowest "+o.note())
			}
		}
	}
	want := []string{
		"MI300X A on demand $9.00 A", "MI300X lowest $9.00 A",
		"B200 A 1 year $5.00 A", "B200 lowest $5.00 A",
		"H100 B on demand $2.00 B, 2026-01", "H100 C on demand $2.50 C, accelerator alone", "H100 A on demand $3.00 A", "H100 C 1 year $1.80 C", "H100 D 3 years $1.20 D",
		"H100 lowest $3.00 A", "H100 lowest $1.80 C", "H100 lowest $1.20 D",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || omitted != 0 {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The grid has a cell for each provider and accelerator, with a line for each term.
func TestPriceGrid(t *testing.T) {
	s, _ := priceSection(pricesOf(t, `A,H100,on_demand,4,2026-11-01,,
A,H100,3yr,2,2026-11-01,,
B,H100,on_demand,3,2026-01-02,,
C,H200,1yr,5,2026-11-01,gpu_only,
`), november, nil)
	text := string(s.Figures[1].HTML())
	for _, want := range []string{
		`<th scope="row">A</th>`, `<th scope="row">B</th>`, `<th scope="row">C</th>`,
		`<td><div><b>$4.00</b></div><div><b>$2.00</b> <small>3 years</small></div></td>`,
		`<td><div><span>$3.00</span> <small>2026-01</small></div></td>`, // lower, and old
		`<td><div><b>$5.00</b> <small>1 year, alone</small></div></td>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "<td>-</td>"); n != 3 {
		t.Errorf("%d cells are empty, want 3 of 6", n)
	}
}

// Prices are looked at on the day of the reports; where none is as old as they are, on that of
// the newest price, so that there is a chart.
func TestDayOfPrices(t *testing.T) {
	all := pricesOf(t, "A,H100,on_demand,4,2026-10-01,,\nA,H100,on_demand,5,2026-11-01,,\n")
	for measured, want := range map[time.Time]string{november: "2026-11-29", {}: "2026-11-01", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC): "2026-11-01"} {
		if got := dayOfPrices(all, measured).Format(time.DateOnly); got != want {
			t.Errorf("%v: %s, want %s", measured, got, want)
		}
	}
	if _, ok := priceSection(nil, november, nil); ok {
		t.Error("a section without prices")
	}
}

// The chart is about the accelerator of the reports.
func TestPriceLede(t *testing.T) {
	s, _ := priceSection(catalog.BuiltinPrices(), november, []string{"nothing known", "mi300x"})
	if want := "MI300X costs from $2.59 an hour on demand (DigitalOcean, 2026-10-08)."; s.Lede != want {
		t.Errorf("%q, want %q", s.Lede, want)
	}
}

// A catalog of someone's own adds neither elements nor rows without end.
func TestHostilePrices(t *testing.T) {
	var all catalog.Prices
	for i := range 200 {
		all = append(all, catalog.Price{Provider: "<b>" + strings.Repeat("x", 500), Accelerator: strings.Repeat("<i>", 1+i), Commitment: catalog.OnDemand, Scope: catalog.WholeInstance, PerHour: 1 << 62, Date: november.AddDate(0, 0, -1), Instance: "</td>", Source: "javascript:alert(1)"})
	}
	s, ok := priceSection(all, november, nil)
	text, grid := string(s.Figures[0].HTML()), string(s.Figures[1].HTML())
	for _, bad := range []string{"<i>", "</td></td>"} {
		if strings.Contains(grid, bad) {
			t.Errorf("%s in %s", bad, grid)
		}
	}
	if !ok || strings.Contains(text, "<b>") || strings.Contains(text, "<i>") || strings.Contains(text, "</td></td>") || strings.Contains(text, "href=\"j") {
		t.Error(text)
	}
	if n := strings.Count(text, `class="m `); n != mostAccelerators || !strings.Contains(text, "176\u00a0accelerators that fewer providers have are left out") {
		t.Errorf("%d marks", n)
	}
}

// The drawings of small inputs, looked at when they were made.
func TestGoldenDrawings(t *testing.T) {
	all, _ := offersOf(pricesOf(t, "Crusoe,H100,on_demand,3.9,2026-09-20,,a\nGoogle,H100,on_demand,9.8,2026-06-15,gpu_only,b\nAzure,H100,1yr,7.87,2026-11-01,,c\nLambda,GH200,on_demand,2.29,2026-11-01,,d\n"), november)
	st, _ := loadPage(t, nil,
		sweepOf("8x H200", "Max Throughput", levelFigures{1, 200, 200, 5}, levelFigures{32, 4000, 120, 9}, levelFigures{64, 8000, 80, 13}),
		sweepOf("8x H200", "Minimum Latency", levelFigures{1, 300, 300, 3}, levelFigures{32, 3000, 90, 11}))
	sweeps := st.tunedOf(0)
	for name, drawing := range map[string]interface{ HTML() template.HTML }{
		"prices": priceDots(all), "throughput-at-speed": loadBars(sweeps, "Throughput at 100 tok/s per query", chart.Number, func(s tuned) reading { return s.throughputAt(100) }, nil),
		"throughput-against-speed": loadTradeoff(sweeps, 100), "latency": byConcurrency(sweeps, "End-to-end latency by concurrency", "Seconds, median", latency, chart.Right),
	} {
		// A line for each element, so that a difference is read.
		got := strings.ReplaceAll(string(drawing.HTML()), "><", ">\n<") + "\n"
		file := filepath.Join("testdata", "drawings", name+".html")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s differs (%v); see with -update and git diff", name, err)
		}
	}
}
