// Command trajectories inspects, checks and converts recorded agent sessions and
// generates new ones.
//
//	go run ./examples/trajectories inspect FILE       sessions, one per line
//	go run ./examples/trajectories lint FILE          what is wrong; status 1 on errors
//	go run ./examples/trajectories stats FILE         what kind of workload it is
//	go run ./examples/trajectories convert FILE OUT   to another format
//	go run ./examples/trajectories generate OUT       sessions from a preset, or like those of a file
//
// FILE is a file or folder of any format that package trajectory/format reads.
// The exit status is 0 when all is well, 1 when not, 2 for wrong usage.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
