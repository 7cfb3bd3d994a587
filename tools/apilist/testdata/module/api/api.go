// Package api exports one of each kind.
package api

import (
	"io"
	"iter"
	"time"

	"example.com/fixture/internal/hidden"
)

type Kind string

const (
	First  Kind = "first"
	Second      = 1 << 40
	Long        = 90 * time.Second
	third       = 3
)

var (
	ErrGone error
	Plain   = map[string][]func(name string) (n int, err error){}
)

func Do(ctx io.Reader, more ...string) (text string, ok bool) { return "", third > 0 }

func Each[K comparable, V any](m map[K]V, f func(key K) V) iter.Seq2[K, V] { return nil }

type Struct struct {
	A, B int
	c    func()
	inner
	io.Reader
	Callback func(n int) error
}

type inner struct{ Deep hidden.Number }

func (s Struct) Value(n int) int { return n }
func (s *Struct) Pointer()       {}
func (inner) Promoted()          {}
func (s Struct) hidden()         {}

type List[T any] struct{ Items []T }

func (l *List[E]) Add(item E) {}

type Interface interface {
	io.Closer
	Call(name string) (err error)
}

type Sealed interface {
	Public()
	private()
	closed()
}

type Constraint interface{ ~int | ~string }

type Alias = Struct

type Func func(n int) (ok bool)

type unexported struct{ Field int }
