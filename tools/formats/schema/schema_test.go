package main

import "testing"

func TestUpToDate(t *testing.T) {
	if err := run("../../..", false); err != nil {
		t.Error(err)
	}
}
