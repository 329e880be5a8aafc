# SPDX-License-Identifier: BSD-2-Clause
# Sourced by the proof of the instrumenter: module@version|flags of go test and goknot fuzz|packages.
# shellcheck disable=SC2034 # used by those that source this
proof_modules=(
	'github.com/go-chi/chi/v5@v5.5.0||./...'
	'storj.io/drpc@v1.0.0||./...'
	'github.com/hashicorp/raft@v1.8.0|-short|./...'
	'github.com/panjf2000/ants/v2@v2.12.1||./...'
	'github.com/google/go-containerregistry@v0.22.1||./...'
	'github.com/mattn/go-sqlite3@v1.14.53||./...'
	'github.com/nats-io/nats.go@v1.48.0|-short|. ./encoders/... ./internal/... ./jetstream ./micro/... ./util/...'
	'github.com/cockroachdb/pebble@v1.1.5|-short|./bloom/... ./internal/... ./objstorage/... ./record/... ./rangekey/... ./sstable/... ./vfs/...'
)
