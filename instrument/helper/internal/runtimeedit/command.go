// SPDX-License-Identifier: BSD-2-Clause

package runtimeedit

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Command is `helper runtime`: it writes the runtime's overlay. It returns the exit code.
func Command(args []string, stderr io.Writer) int {
	fs := flag.NewFlagSet("runtime", flag.ContinueOnError)
	fs.SetOutput(stderr)
	goroot := fs.String("goroot", "", "GOROOT of the toolchain that builds the target")
	shim := fs.String("shim", "", "directory runtime-shim")
	out := fs.String("out", "", "directory for the edited files")
	overlay := fs.String("overlay", "", "overlay file to write")
	if err := fs.Parse(args); err != nil || *goroot == "" || *shim == "" || *out == "" || *overlay == "" {
		return 2
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		fmt.Fprintln(stderr, err)
		return 3
	}
	replace, err := Overlay(*goroot, *shim, *out)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", release(*goroot), err)
		return 2
	}
	text, err := json.MarshalIndent(map[string]any{"Replace": replace}, "", "\t")
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 3
	}
	if old, err := os.ReadFile(*overlay); err == nil && bytes.Equal(old, text) {
		return 0
	}
	if err := os.WriteFile(*overlay, text, 0o644); err != nil {
		fmt.Fprintln(stderr, err)
		return 3
	}
	return 0
}

// release is what the toolchain calls itself.
func release(goroot string) string {
	text, err := os.ReadFile(filepath.Join(goroot, "VERSION"))
	if err != nil {
		return goroot
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}
