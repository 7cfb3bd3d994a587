package policy

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// british matches a word, in lower case, that American English spells otherwise.
var british = regexp.MustCompile(`^(un|re|de|dis|mis|non|over|pre)*(` + strings.Join([]string{
	`(amort|anonym|apolog|author|capital|categor|central|character|custom|emphas|equal|final|general|harmon|ideal|initial|item|legal|local|material|maxim|memor|minim|modern|monet|neutral|normal|optim|organ|parallel|penal|priorit|quant|random|real|recogn|sanit|serial|special|stabil|standard|summar|symbol|synchron|token|util|vector|visual)is(e|ed|er|ers|es|ing|able|ation|ations)`,
	`(analy|cataly|paraly)s(e|ed|er|ers|ing)`,
	`(arm|behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|rig|rum|sav|vap|vig)our(s|ed|ing|able|ably|ful|less|hood|hoods|ite|ites|al)?`,
	`(cent|fib|lit|met|theat|calib)re(s|d)?`,
	`(defen|licen|offen|preten)ce(s|d)?`,
	`practis(e|ed|es|ing)`,
	`(cancel|channel|dial|equal|fuel|initial|label|level|marshal|model|panel|quarrel|rival|signal|total|travel|tunnel)l(ed|er|ers|ing)`,
	`(analog|catalog)ue(s|d)?`,
	`(acknowledge|judge)ment(s)?`,
	`artefact(s)?|ageing|amongst|fulfil(s|ment)?|grey(ed|ish)?|instalment(s)?|learnt|manoeuvre(s)?|programme(s)?|sceptic(s|al|ally|ism)?|spelt|whilst`,
}, "|") + `)$`)

// word is one of prose, or a part of an identifier: of normaliseAll both.
var word = regexp.MustCompile(`\p{Lu}?\p{Ll}+`)

// tag is a struct tag, whose keys are those of a format.
var tag = regexp.MustCompile("^`[a-z]+:\"")

// Names of files, identifiers, comments, messages and Markdown are spelled as in the
// standard library: the American way. A literal without a space is a key or a value of
// some format, and is spelled as that does.
func TestSpelling(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		}
		ext := filepath.Ext(path)
		if d.IsDir() || d.Name() == "spelling_test.go" || ext != ".go" && ext != ".md" {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found := misspelled(d.Name())
		if ext == ".md" {
			found = append(found, misspelled(string(text))...)
		} else {
			found = append(found, misspelledGo(text)...)
		}
		if len(found) > 0 {
			t.Errorf("%s: %s", name, strings.Join(found, ", "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func misspelled(text string) (found []string) {
	for _, w := range word.FindAllString(text, -1) {
		if british.MatchString(strings.ToLower(w)) {
			found = append(found, w)
		}
	}
	return found
}

func misspelledGo(text []byte) (found []string) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), text, nil, scanner.ScanComments)
	for {
		switch _, tok, lit := s.Scan(); {
		case tok == token.EOF:
			return found
		case tok == token.IDENT, tok == token.COMMENT, tok == token.STRING && strings.Contains(lit, " ") && !tag.MatchString(lit):
			found = append(found, misspelled(lit)...)
		}
	}
}

func TestMisspelled(t *testing.T) {
	for text, want := range map[string]string{
		"normaliseAll, unrecognised NeighbourOf cancelling":                                            "normalise unrecognised Neighbour cancelling",
		"organism, specialist, optimistic, realistic, emphasis, analyses, our hour, cancellation":      "",
		"SLOMetRequests perHour forOurs metrics honors colored center license catalog dialed labeling": "",
		"BEHAVIOUR ist COLOURLESS":            "",
		"colour. (behaviours) centre-licence": "colour behaviours centre licence",
	} {
		if got := strings.Join(misspelled(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	source := "package colour // behaviour\n\nvar x = `honour` + \"the honour\"\n\ntype t struct {\n\tA int `json:\"favour, labour\"`\n}\n"
	if got := strings.Join(misspelledGo([]byte(source)), " "); got != "colour behaviour honour" {
		t.Errorf("got %q", got)
	}
}
