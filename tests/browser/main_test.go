// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// commands runs them in a browser on a page of the given contents, which they call PAGE.
func commands(t *testing.T, contents, lines string) (string, error) {
	t.Helper()
	path := find()
	if path == "" {
		t.Skip("there is no chromium here")
	}
	page := filepath.Join(t.TempDir(), "a page.html")
	if err := os.WriteFile(page, []byte(contents), 0o666); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := run(path, strings.NewReader(strings.ReplaceAll(lines, "PAGE", page)), &out)
	return out.String(), err
}

func TestKeysAndComplaints(t *testing.T) {
	out, err := commands(t, `<input><script>document.querySelector("input").focus(); console.warn("hm"); fetch("http://192.0.2.1/y").catch(() => 0)</script>`, `
		# a remark
		open PAGE
		key a
		key Tab
		eval [document.querySelector("input").value, document.activeElement.tagName]
		requests
		complaints
		open PAGE#x
		scripts off
		open PAGE
		requests`)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out, "\n")
	if lines[0] != `["a","BODY"]` {
		t.Errorf("typed: %s", lines[0])
	}
	if lines[1] != `["http://192.0.2.1/y"]` {
		t.Errorf("requests: %s", lines[1])
	}
	if !strings.Contains(lines[2], "console: warning") {
		t.Errorf("complaints: %s", lines[2])
	}
	if lines[3] != "[]" {
		t.Errorf("requests without scripts: %s", lines[3])
	}
}

func TestDialogsAndExceptions(t *testing.T) {
	out, err := commands(t, `<script>alert("boo"); throw new Error("bang")</script>`, "open PAGE\ncomplaints")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, `"dialog: boo"`) || !strings.Contains(out, "bang") {
		t.Errorf("complaints: %s", out)
	}
}

func TestWrongCommands(t *testing.T) {
	for _, line := range []string{"nonsense", "size 3", "size a b", "open /no/such/file", "eval throw 1"} {
		if out, err := commands(t, "", line); err == nil {
			t.Errorf("%q is accepted: %s", line, out)
		}
	}
}
