# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Sourced after common.sh: modules made on the spot, offered by a GOPROXY of files, fetched into a module cache of
# the test's own. No network.

# shellcheck disable=SC2154  # work comes from common.sh
export GOPROXY=file://$work/proxy GOSUMDB=off GONOSUMDB='*' GOMODCACHE=$work/modcache GOTOOLCHAIN=local
unset GOPRIVATE GONOPROXY GOFLAGS

# publish DIRECTORY PATH VERSION: the directory becomes that version of the module. Without a go.mod in it, it is
# a module from before modules.
publish() {
	local at=$work/proxy/$2/@v
	mkdir -p "$at" "$work/pack"
	if [ ! -e "$work/pack/main.go" ]; then
		printf 'module pack\n\ngo 1.23\n' >"$work/pack/go.mod"
		cat >"$work/pack/main.go" <<'GO'
package main

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
)

// Puts the files below os.Args[2] into the archive os.Args[1], under the prefix os.Args[3].
func main() {
	out, err := os.Create(os.Args[1])
	check(err)
	z := zip.NewWriter(out)
	check(filepath.WalkDir(os.Args[2], func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(os.Args[2], path)
		check(err)
		data, err := os.ReadFile(path)
		check(err)
		w, err := z.Create(os.Args[3] + "/" + filepath.ToSlash(rel))
		check(err)
		_, err = w.Write(data)
		return err
	}))
	check(z.Close())
	check(out.Close())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
		(cd "$work/pack" && GOWORK=off "$GO" build -o pack .)
	fi
	"$work/pack/pack" "$at/$3.zip" "$1" "$2@$3"
	if [ -e "$1/go.mod" ]; then cp "$1/go.mod" "$at/$3.mod"; else echo "module $2" >"$at/$3.mod"; fi
	echo "{\"Version\":\"$3\"}" >"$at/$3.info"
	echo "$3" >>"$at/list"
}
