/* SPDX-License-Identifier: BSD-2-Clause */
/* What `go env` says of the toolchain that builds the target. */
#ifndef KNOT_INSTRUMENT_TOOLCHAIN_H
#define KNOT_INSTRUMENT_TOOLCHAIN_H

#include <stddef.h>

struct knot_error;

/* All strings owned, never NULL. */
struct knot_toolchain {
	char *goroot, *version, *modcache, *gomod, *gowork, *goflags, *goexperiment, *os, *arch,
		*target_os, *target_arch, *cgo, *cc, *goamd64;
};

/* Parses the output of go env -json. Caller frees with knot_toolchain_free. */
int knot_toolchain_parse(
	const char *text, size_t len, struct knot_toolchain *ret, struct knot_error *err);
void knot_toolchain_free(struct knot_toolchain *t);
/* KNOT_EUNSUPPORTED when goknot cannot work with it. */
int knot_toolchain_check(const struct knot_toolchain *t, struct knot_error *err);
/*
 * KNOT_EUNSUPPORTED when it cannot build with -race: that needs cgo, a C compiler, and the race detector's
 * runtime in GOROOT, which distributions may keep in a package of its own.
 */
int knot_toolchain_check_race(const struct knot_toolchain *t, struct knot_error *err);
/* The value of a flag in GOFLAGS, spelled "-overlay="; NULL = none. Caller frees. */
char *knot_toolchain_flag(const char *goflags, const char *name);
/* The file of an -overlay in GOFLAGS, NULL = none. Caller frees. */
char *knot_toolchain_user_overlay(const struct knot_toolchain *t);

#endif
