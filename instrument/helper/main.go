// SPDX-License-Identifier: BSD-2-Clause

// Helper is the part of goknot's instrumenter that has to understand Go: the C tool runs it with the
// toolchain of the target and reads the files it leaves behind. It never writes to the target's tree.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"goknot/helper/internal/export"
	"goknot/helper/internal/runtimeedit"
)

// Exit codes, shared with the C side.
const (
	exitOK    = 0
	exitUsage = 2
	exitOwn   = 3
)

type command struct {
	name, usage string
	run         func(args []string, stdin io.Reader, stderr io.Writer) int
}

var commands = []command{
	{"deps", "-patterns PATTERN,... -out DIR -go FILE -modcache DIR [-gomod FILE] [-gowork FILE] [-goflags TEXT] < go-list.json", runDeps},
	{"export", "-out DIR < plan.json", export.Command},
	{"rewrite", "-out DIR -sites FILE -overlay FILE -tests FILE [-only PKG,...] [-user-overlay FILE] [-deps DIR] [-cache FILE] [-whole] [-run REGEXP] [-skip REGEXP] < go-list.json", runRewrite},
	{"runtime", "-goroot DIR -shim DIR -out DIR -overlay FILE", runRuntime},
}

func runRuntime(args []string, _ io.Reader, stderr io.Writer) int {
	return runtimeedit.Command(args, stderr)
}

func main() {
	// It lives for a second, and half of what it allocates it keeps.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stderr))
}

func run(args []string, stdin io.Reader, stderr io.Writer) int {
	if len(args) == 0 {
		return usage(stderr)
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(args[1:], stdin, stderr)
		}
	}
	fmt.Fprintf(stderr, "goknot helper: unknown command %q\n", args[0])
	return usage(stderr)
}

func usage(w io.Writer) int {
	var b strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&b, "usage: helper %s %s\n", c.name, c.usage)
	}
	io.WriteString(w, b.String())
	return exitUsage
}
