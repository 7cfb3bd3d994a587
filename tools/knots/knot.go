package main

import (
	"go/token"
	"maps"
	"path/filepath"
	"slices"

	"github.com/agentperf/agentperf-go/tools/internal/load"
)

// graph returns, for each file of a package, the files whose identifiers it uses. An
// identifier belongs to the file that declares it: a method to that file and not to
// the one of its receiver's type, a field to the file of its struct. What is used of
// an instance of something generic is declared where the generic thing is.
func graph(p *load.Package) map[string][]string {
	uses := make(map[string][]string)
	for _, f := range p.Files {
		uses[name(p, f.Package)] = nil
	}
	for id, obj := range p.Uses {
		if obj.Pkg() != p.Types || !obj.Pos().IsValid() {
			continue
		}
		// Objects of an instance keep the position of their origin.
		from, to := name(p, id.Pos()), name(p, obj.Pos())
		if from != to && !slices.Contains(uses[from], to) {
			uses[from] = append(uses[from], to)
		}
	}
	return uses
}

func name(p *load.Package, pos token.Pos) string {
	return filepath.Base(p.Fset.Position(pos).Filename)
}

// largest returns the largest set of files of which each uses every other, directly or
// by way of others; of several the first by name. It is nil where no two files do.
func largest(uses map[string][]string) (knot []string) {
	reached := make(map[string]map[string]bool)
	for file := range uses {
		seen := make(map[string]bool)
		var visit func(string)
		visit = func(from string) {
			for _, to := range uses[from] {
				if !seen[to] {
					seen[to] = true
					visit(to)
				}
			}
		}
		visit(file)
		reached[file] = seen
	}
	for _, file := range slices.Sorted(maps.Keys(uses)) {
		var mutual []string
		for other := range reached[file] {
			if reached[other][file] {
				mutual = append(mutual, other)
			}
		}
		if len(mutual) > len(knot) {
			knot = slices.Sorted(slices.Values(mutual))
		}
	}
	return knot
}
