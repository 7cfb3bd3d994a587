package jsonerror_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/agentperf/agentperf-go/internal/jsonerror"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		`[1]`:                       "it is a list, expected an object",
		`"x"`:                       "it is text, expected an object",
		`{"name": 5}`:               "name is a number, expected text",
		`{"rows": {}}`:              "rows is an object, expected a list",
		`{"rows": [{"n": "1"}]}`:    "rows.n is text, expected a whole number that fits",
		`{"rows": [{"n": 1.5}]}`:    "rows.n is the number 1.5, expected a whole number that fits",
		`{"rows": [{"ok": 1}]}`:     "rows.ok is a number, expected true or false",
		`{"rows": [{"num": true}]}`: "rows.num is true or false, expected a number",
		`{"name": `:                 "it ends in the middle of a value",
		`<html>`:                    "it is not JSON: invalid character '<' looking for beginning of value",
	} {
		var v struct {
			Name string `json:"name"`
			Rows []struct {
				N   int         `json:"n"`
				OK  *bool       `json:"ok"`
				Num json.Number `json:"num"`
			} `json:"rows"`
		}
		err := json.Unmarshal([]byte(text), &v)
		if err == nil {
			t.Fatalf("%s is read", text)
		}
		if got := jsonerror.Words(err); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := jsonerror.Words(errors.New("json: other")); got != "other" {
		t.Error(got)
	}
}
