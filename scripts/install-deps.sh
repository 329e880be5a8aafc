#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Installs what building and testing goknot needs and this machine lacks: Debian packages through apt
# (as root or with sudo) and, when no supported Go is there, Debian's Go. Says nothing when nothing is
# to do.
#
# usage: install-deps.sh [tests]
# tests: a Chromium, too (some 120 MB to fetch, 400 MB on disk), for the tests of the report. Without one they are skipped.
set -eu

src_dir=$(cd "$(dirname "$0")/.." && pwd)
packages="gcc make pkg-config libc6-dev libsqlite3-dev libjansson-dev libxxhash-dev libncurses-dev libcriterion-dev
uthash-dev librandom123-dev libbpf-dev bpftool libcapstone-dev scdoc git jq curl tmux graphviz libxml2-utils python3-jsonschema python3-yaml ca-certificates"

die() {
	echo "install-deps: $1" >&2
	exit 2
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		die "neither root nor sudo: install these packages first:$missing"
	fi
}

updated=
apt_install() {
	missing=" $*"
	command -v apt-get >/dev/null 2>&1 || die "this is not a Debian system: install the equivalents of$missing"
	log=$(mktemp)
	if [ -z "$updated" ]; then
		as_root apt-get -q update >"$log" 2>&1 || { cat "$log" >&2; die "apt-get update failed"; }
		updated=1
	fi
	echo "installing$missing"
	if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		die "apt-get could not install$missing"
	fi
	rm -f "$log"
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# libFuzzer's run-time library belongs to one clang release: 14 on Debian 12, 19 on Debian 13.
clang_rt_package() {
	version=$(clang --version 2>/dev/null | sed -n 's/.*clang version \([0-9]*\).*/\1/p' | head -1)
	[ -z "$version" ] || echo "libclang-rt-$version-dev"
}

install_packages() {
	wanted=
	for p in $packages; do
		installed "$p" || wanted="$wanted $p"
	done
	command -v clang >/dev/null 2>&1 || wanted="$wanted clang"
	# shellcheck disable=SC2086 # a list of words
	[ -z "$wanted" ] || apt_install $wanted
	rt=$(clang_rt_package)
	[ -z "$rt" ] || installed "$rt" || apt_install "$rt"
}

supported_go() {
	"$src_dir/scripts/go-env.sh" >/dev/null 2>&1
}

install_go() {
	! supported_go || return 0
	# shellcheck disable=SC1091 # describes this machine
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	if [ "$codename" = bookworm ]; then
		if ! apt-cache policy 2>/dev/null | grep -q bookworm-backports; then
			missing=" the apt source bookworm-backports"
			echo 'deb http://deb.debian.org/debian bookworm-backports main' |
				as_root tee /etc/apt/sources.list.d/goknot-backports.list >/dev/null
			updated=
		fi
		apt_install golang-1.23-go
	else
		apt_install golang-go
	fi
	supported_go || "$src_dir/scripts/go-env.sh" >/dev/null
}

install_browser() {
	command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || (apt_install chromium) ||
		echo "install-deps: there is no chromium to be had: the report's page will not be tested" >&2
}

install_packages
install_go
[ "${1:-}" != tests ] || install_browser
