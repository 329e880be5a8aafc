// SPDX-License-Identifier: BSD-2-Clause

// Deepgen writes a Go package whose planted bug needs a given number of ordering constraints, all at once.
//
//	deepgen -seed 7 -depth 4 -o dir
//
// The same flags give the same bytes. Everything but the planted bug is correct under every schedule.
// -fixed writes the program without the bug; -witness one in which a gate enforces an order that ends in
// the bug, which proves that it can be reached; with -invert n the gate breaks constraint n alone, which proves
// that the bug needs it.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	flags := flag.NewFlagSet("deepgen", flag.ContinueOnError)
	seed := flags.Uint64("seed", 1, "`number` that everything is drawn from")
	depth := flags.Int("depth", 4, "`number` of ordering constraints, 1 to 12")
	goroutines := flags.Int("goroutines", 0, "`number` of goroutines, 5 to 200; 0: drawn, 5 to 50")
	form := options{}
	flags.BoolVar(&form.fixed, "fixed", false, "without the bug")
	flags.BoolVar(&form.witness, "witness", false, "with a gate that enforces the order of the bug")
	flags.IntVar(&form.invert, "invert", 0, "with -witness: break constraint `n`")
	dir := flags.String("o", "", "`directory` of the package")
	mod := flags.Bool("gomod", true, "write a go.mod, too")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 0 || *dir == "" || *depth < 1 || *depth > maxDepth || form.invert < 0 || form.invert > *depth ||
		(form.invert > 0 && !form.witness) || (*goroutines != 0 && (*goroutines < 5 || *goroutines > 200)) {
		fmt.Fprintln(os.Stderr, "deepgen: wants -o dir, a depth of 1 to 12, 5 to 200 goroutines, and -invert only with -witness; see -help")
		return 2
	}
	files, err := emit(newPlan(*seed, *depth, *goroutines), form)
	if err == nil {
		err = write(*dir, files, *mod)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "deepgen:", err)
		return 1
	}
	return 0
}

func write(dir string, files map[string][]byte, mod bool) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, text := range files {
		if name == "go.mod" && !mod {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}
