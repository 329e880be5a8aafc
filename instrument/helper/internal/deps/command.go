// SPDX-License-Identifier: BSD-2-Clause

package deps

import (
	"errors"
	"flag"
	"io"
)

// Parse reads the command line of the subcommand.
func Parse(args []string, stderr io.Writer) (Options, error) {
	var opt Options
	fs := flag.NewFlagSet("deps", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&opt.Patterns, "patterns", "", "comma-separated patterns of import paths")
	fs.StringVar(&opt.Out, "out", "", "directory for the copies and the plan")
	fs.StringVar(&opt.Go, "go", "", "the go command")
	fs.StringVar(&opt.ModCache, "modcache", "", "the module cache")
	fs.StringVar(&opt.GoMod, "gomod", "", "go.mod of the main module")
	fs.StringVar(&opt.GoWork, "gowork", "", "go.work of the workspace")
	fs.StringVar(&opt.GoFlags, "goflags", "", "the user's GOFLAGS")
	if err := fs.Parse(args); err != nil {
		return opt, err
	}
	if fs.NArg() > 0 || opt.Out == "" || opt.Go == "" {
		return opt, errors.New("deps needs -out and -go, and no other words")
	}
	return opt, nil
}
