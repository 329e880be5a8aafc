#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Chooses the Go toolchain: the first of $GO, the go on PATH, /usr/local/go and Debian's packages whose
# release is supported. Sourced it exports GO and puts its directory on PATH; run it prints the path.
# Fails with one sentence when there is none.

KNOT_GO_OLDEST=23
KNOT_GO_NEWEST=27
# What is tested of each supported release.
KNOT_GO_RELEASES="1.23.5 1.24.9 1.25.3 1.26.8 1.27.4"

knot_go_supported() {
	# GOTOOLCHAIN=local: what is installed, not what a go.mod would have downloaded.
	knot_go_version=$(cd / && GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
	knot_go_minor=${knot_go_version#go1.}
	[ "$knot_go_minor" != "$knot_go_version" ] || return 1
	knot_go_minor=${knot_go_minor%%[!0-9]*}
	[ -n "$knot_go_minor" ] && [ "$knot_go_minor" -ge "$KNOT_GO_OLDEST" ] &&
		[ "$knot_go_minor" -le "$KNOT_GO_NEWEST" ]
}

knot_go_find() {
	for knot_go_candidate in "${GO:-}" "$(command -v go 2>/dev/null)" /usr/local/go/bin/go \
		/usr/lib/go-1.27/bin/go /usr/lib/go-1.26/bin/go /usr/lib/go-1.25/bin/go \
		/usr/lib/go-1.24/bin/go /usr/lib/go-1.23/bin/go; do
		if [ -n "$knot_go_candidate" ] && knot_go_supported "$knot_go_candidate"; then
			printf '%s\n' "$knot_go_candidate"
			return 0
		fi
	done
	return 1
}

# Of the newest two tested releases those that $GO is not.
knot_go_others() {
	knot_go_version=$(cd / && GOTOOLCHAIN=local "$GO" env GOVERSION)
	for knot_go_release in $(printf '%s\n' "$KNOT_GO_RELEASES" | tr ' ' '\n' | tail -n 2); do
		case $knot_go_version in
		go"${knot_go_release%.*}" | go"${knot_go_release%.*}"[!0-9]*) ;;
		*) printf '%s\n' "$knot_go_release" ;;
		esac
	done
}

if knot_go_found=$(knot_go_find); then
	GO=$knot_go_found
	export GO
	case $GO in
	*/*) PATH=$(dirname "$GO"):$PATH && export PATH ;;
	esac
	case ${0##*/} in
	go-env.sh) printf '%s\n' "$GO" ;;
	esac
else
	echo "goknot: no supported Go toolchain found: install Go 1.$KNOT_GO_OLDEST to 1.$KNOT_GO_NEWEST (on Debian: golang-go, on Debian 12: golang-1.23-go from bookworm-backports) or put one on PATH" >&2
	case ${0##*/} in
	go-env.sh) exit 2 ;;
	*) unset GO && false ;;
	esac
fi
