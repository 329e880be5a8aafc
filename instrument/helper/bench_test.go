// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"goknot/helper/internal/golist"
)

// BenchmarkRewrite runs the whole command on two large packages of the standard library with their tests.
// lines/s counts the lines of all files it parsed, type-checked and searched.
func BenchmarkRewrite(b *testing.B) {
	dir := b.TempDir()
	s := &sandbox{dir: dir, out: dir}
	text, errs, err := s.goCmd("list", "-e", "-json", "-deps", "-test", "-export", "net/http", "crypto/tls")
	if err != nil {
		b.Fatal(err, errs)
	}
	list, err := golist.Read(strings.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	lines := 0
	for _, t := range list.Targets(list.Wanted(nil, nil)) {
		for _, path := range t.Files(t.GoFiles) {
			src, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			lines += bytes.Count(src, []byte("\n"))
		}
	}
	args := []string{"rewrite", "-out", s.path("files"), "-sites", s.path("s"), "-overlay", s.path("o"), "-tests", s.path("t")}
	b.ResetTimer()
	for range b.N {
		if code := run(args, strings.NewReader(text), io.Discard); code != exitOK {
			b.Fatal("exit code", code)
		}
	}
	b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s")
}
