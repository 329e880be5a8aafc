/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The instrumenter's C side: finds the Go toolchain, lists the packages, runs the Go helper over them and
 * over the runtime, and leaves one overlay file for `go build`, the site table and the list of tests.
 * Writes below work_dir only (and, as every go command does, to the user's go build cache).
 */
#ifndef KNOT_INSTRUMENT_DRIVER_H
#define KNOT_INSTRUMENT_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

struct knot_error;

/* All borrowed during the call. */
struct knot_instrument_options {
	const char *dir; /* where the packages are, "." = here */
	const char *const *patterns; /* as for go list; none = "." */
	size_t patterns_len;
	const char *tags; /* -tags, NULL = none */
	const char *
		deps; /* comma-separated patterns of dependencies to instrument, too; NULL = none */
	const char *run, *skip; /* the tests to list, as for go test; NULL = all */
	const char *gcflags; /* "-gcflags=...", NULL = the user's own */
	bool race;
	bool program; /* main packages are built to be run, and not their tests */
	const char *work_dir; /* absolute, made if missing */
	int cancel_fd; /* as in sys/command.h; -1 = none */
};

/* Owns all it points to. */
struct knot_instrument_result {
	char *go; /* the go command, absolute */
	char *goroot;
	char *go_version; /* "go1.26.8" */
	char *module; /* path of the main module, "" = none */
	char *module_dir;
	char *dir; /* absolute form of the option */
	char *overlay; /* file for -overlay */
	char *sites; /* files of wire/sites.h */
	char *tests;
	char *goexperiment; /* value to build with */
	/* To build with where dependencies are built from copies; else NULL. */
	char *modfile; /* for -modfile */
	char *gowork; /* for GOWORK */
};

/*
 * KNOT_EUSAGE: no Go, no module, no such package, no pattern. KNOT_EUNSUPPORTED: Go release. KNOT_EBUILD: go list's own
 * words. The caller frees the result with knot_instrument_free.
 */
int knot_instrument(const struct knot_instrument_options *options,
	struct knot_instrument_result *ret_result, struct knot_error *err);
void knot_instrument_free(struct knot_instrument_result *result);

/*
 * What one go command builds: the test binary, or the program, of one package into file output; or the test binaries of
 * several into the directory output, whose name ends in a slash, each named by knot_instrument_command_name with ".test"
 * behind: these must differ.
 */
struct knot_instrument_build {
	const char *const *packages; /* borrowed, like output */
	size_t packages_len;
	const char *output;
	char *why; /* set by the call: NULL = built, else the compiler's words; the caller frees */
};

/* Runs go commands, at_once at a time. 0 also when something does not build: of several packages others may have been built. */
int knot_instrument_build(const struct knot_instrument_options *options,
	const struct knot_instrument_result *result, struct knot_instrument_build *builds,
	size_t len, size_t at_once, struct knot_error *err);
/* What go build calls the command of an import path: its last part, or the one before a major version. Caller frees. */
char *knot_instrument_command_name(const char *path);

/* The release number N of "go1.N...", 0 = not of that form. */
unsigned knot_instrument_go_minor(const char *version);
#define KNOT_GO_MINOR_MIN 23
#define KNOT_GO_MINOR_MAX 27

/*
 * Can go, working in dir, build with -race? KNOT_EUNSUPPORTED says what is missing. Other errors: go itself
 * does not work.
 */
int knot_instrument_can_race(const char *go, const char *dir, struct knot_error *err);

/* The go command to use, absolute: PATH, then the usual places. Caller frees. */
int knot_instrument_find_go(char **ret_path, struct knot_error *err);
/*
 * Where goknot's own Go sources are (holds instrument/helper and runtime-shim), of this goknot's ABI. KNOT_EUSAGE when they
 * are not to be had. Caller frees.
 */
int knot_instrument_data_dir(char **ret_dir, struct knot_error *err);

#endif
