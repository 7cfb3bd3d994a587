// Command store loads the requests of runs, the files of maxusers -requests, into a SQLite
// database, and asks it for the figures that reports have: P25 output speed and P95 time to first
// token of each phase.
//
//	go run . requests.jsonl...               in memory
//	go run . -db runs.db requests.jsonl...   to ask more of it later
//
// It is a module of its own, to be copied: nothing of it knows more of agentperf than the columns
// in report/schema/requests.json.
package main

import (
	"bufio"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	_ "github.com/ncruces/go-sqlite3/driver"
)

var (
	//go:embed tables.sql
	tables string
	//go:embed figures.sql
	figures string
)

func main() {
	name := flag.String("db", ":memory:", "database `file`")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *name, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "store: %q\n", err.Error()) // quoted: it may have text of the file
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, name string, files []string) error {
	db, err := open(ctx, name)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(load(ctx, db, f), f.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	phases, err := ask(ctx, db)
	for _, p := range phases {
		fmt.Fprintf(w, "%q phase %d, %d agents: P25 %s tokens/s, P95 TTFT %s s\n", p.Run, p.Phase, p.Agents, text(p.P25Speed), text(p.P95TTFT))
	}
	return err
}

func text(v sql.Null[float64]) string {
	if !v.Valid {
		return "unknown"
	}
	return fmt.Sprintf("%.4g", v.V)
}

// open opens a database with the tables of requests and phases.
func open(ctx context.Context, name string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // one in memory is that of its connection
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// load inserts lines, whose columns the tables take from their JSON. All are inserted, or none.
// A line that is there already, of a file that was loaded before, is left out.
func load(ctx context.Context, db *sql.DB, lines io.Reader) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	in := bufio.NewScanner(lines)
	in.Buffer(nil, 1<<20)
	n := 1
	for ; in.Scan(); n++ {
		table := "requests"
		var phase bool
		if err := tx.QueryRowContext(ctx, "SELECT ?1 ->> 'window_end_ns' IS NOT NULL", in.Text()).Scan(&phase); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if phase {
			table = "phases"
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO "+table+" (line) VALUES (?) ON CONFLICT DO NOTHING", in.Text()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n, err)
	}
	return tx.Commit()
}

// A phase is what the database says of one. Figures are NULL where the report has none.
type phase struct {
	Run               string
	Phase, Agents     int
	P25Speed, P95TTFT sql.Null[float64]
}

func ask(ctx context.Context, db *sql.DB) (all []phase, err error) {
	rows, err := db.QueryContext(ctx, figures)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p phase
		if err := rows.Scan(&p.Run, &p.Phase, &p.Agents, &p.P25Speed, &p.P95TTFT); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}
