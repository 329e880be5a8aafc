# SPDX-License-Identifier: BSD-2-Clause
# Sourced by the benchmarks on real modules: fetches a pinned module and what its packages and tests need, no more.
# Some modules are kept for an examination that must find goknot unprepared. None of them may come into the module
# cache: they are asked of no proxy, and no version control may stand in for it, so that a module that needs one fails.
export GOPROXY=${GOPROXY:-https://proxy.golang.org} GOVCS='*:off' GOTOOLCHAIN=local
GONOPROXY='golang.org/x/net,google.golang.org/grpc,go.etcd.io/etcd,k8s.io/*,github.com/ethereum,github.com/quic-go'
export GONOPROXY

# The module cache is read-only, and tests may write beside their sources.
fetch_module() { # module@version, directory
	local json dir
	json=$(cd "${2%/*}" && GOFLAGS=-mod=mod go mod download -json "$1") || {
		jq -r '.Error // empty' <<<"$json" >&2
		return 1
	}
	dir=$(jq -r .Dir <<<"$json")
	rm -rf "$2"
	cp -r "$dir" "$2"
	chmod -R u+w "$2"
	# Before the modules had go.mod files.
	[ -e "$2/go.mod" ] || (cd "$2" && go mod init "${1%@*}")
	# nats.go keeps what its tests need in a file of its own.
	[ ! -e "$2/go_test.mod" ] || { cp "$2/go_test.mod" "$2/go.mod" && cp "$2/go_test.sum" "$2/go.sum"; }
	(cd "$2" && go list -deps -test ./... >/dev/null)
}
