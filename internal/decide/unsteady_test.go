package decide

import "testing"

func TestUnsteady(t *testing.T) {
	for _, drift := range []float64{-0.1, 0.1} {
		if m := (&memory{drift: drift, span: 600}); !Unsteady("undecided; " + m.driftText()) {
			t.Errorf("%q is not recognized", m.driftText())
		}
	}
	if Unsteady("P25 output speed is below 100") {
		t.Error("all is")
	}
}
