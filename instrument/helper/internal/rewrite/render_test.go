// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"strings"
	"testing"
)

// TestRenderFailsLoudly: a text that breaks the file is an error with its position, never a file.
func TestRenderFailsLoudly(t *testing.T) {
	f := &File{Path: "/src/x.go", src: []byte("package x\n\nfunc f() {\n}\n")}
	f.insert(len("package x\n\nfunc f() {"), func() string { return " (" })
	out, err := f.Render()
	if err == nil || !strings.Contains(err.Error(), "/src/x.go:4:") {
		t.Errorf("got %q, %v", out, err)
	}
	f.changes = nil
	f.replace(9, 11, func() string { return "" })
	if out, err := f.Render(); err == nil || !strings.Contains(err.Error(), "moves a line") {
		t.Errorf("got %q, %v", out, err)
	}
}
