#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Writes text files as C arrays, for what goknot puts into its reports.
#
# usage: embed.sh OUT NAME FILE... [-- NAME FILE...]...
# Each NAME becomes knot_asset_NAME, the files one behind the other, and knot_asset_NAME_sha256, the sum in base64 as a
# Content-Security-Policy has it.
set -euo pipefail

out=$1
shift
tmp=$out.tmp
trap 'rm -f "$tmp"' EXIT

embed() { # name, files...
	local name=$1 sum
	shift
	sum=$(cat "$@" | sha256sum | cut -c 1-64 | sed 's/../\\x&/g')
	echo "const char knot_asset_${name}[] = {"
	cat "$@" | od -An -v -tx1 | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '0x00};'
	# shellcheck disable=SC2059 # the bytes of the sum
	echo "const char knot_asset_${name}_sha256[] = \"$(printf "$sum" | base64)\";"
}

{
	echo '/* Made by scripts/embed.sh. */'
	words=()
	for word in "$@" --; do
		if [ "$word" = -- ]; then
			embed "${words[@]}"
			words=()
		else
			words+=("$word")
		fi
	done
} >"$tmp"
mv "$tmp" "$out"
