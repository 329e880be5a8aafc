/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/toolchain.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "instrument/driver.h"
#include "sys/proc.h"
#include "wire/abi.h"

#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ABI_VERSION "const knotAbiVersion = "
#define ABI_MAX_BYTES (1u << 20)

unsigned knot_instrument_go_minor(const char *version)
{
	unsigned minor;

	return sscanf(version, "go1.%u", &minor) == 1 ? minor : 0;
}

int knot_instrument_find_go(char **ret_path, struct knot_error *err)
{
	static const char *const places[] = {"/usr/local/go/bin/go", "/usr/lib/go-1.*/bin/go"};
	const char *wanted = getenv("GOKNOT_GO");

	if (wanted && *wanted) {
		if (!knot_proc_find_program(wanted, ret_path, err) && knot_file_exists(*ret_path))
			return 0;
		return knot_error_set(
			err, KNOT_EUSAGE, "GOKNOT_GO=%s: there is no such command", wanted);
	}
	if (!knot_proc_find_program("go", ret_path, err))
		return 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		glob_t found;
		bool any = !glob(places[i], 0, NULL, &found) && found.gl_pathc > 0;

		if (any)
			*ret_path = knot_xstrdup(found.gl_pathv[found.gl_pathc - 1]);
		globfree(&found);
		if (any)
			return 0;
	}
	return knot_error_set(err, KNOT_EUSAGE,
		"no go command on PATH: install Go 1.%d to 1.%d (https://go.dev/dl, or Debian's "
		"golang-go)",
		KNOT_GO_MINOR_MIN, KNOT_GO_MINOR_MAX);
}

static int find_data_dir(char **ret_dir, struct knot_error *err)
{
	static const char *const beside[] = {"/../share/goknot", "/..", "/../.."};
	const char *set = getenv("GOKNOT_DATA");
	char exe[PATH_MAX];
	ssize_t n;

	if (set && *set) {
		*ret_dir = knot_xstrdup(set);
		return 0;
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n < 0)
		return knot_error_sys(err, "readlink /proc/self/exe");
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	for (size_t i = 0; i < sizeof(beside) / sizeof(*beside); i++) {
		knot_auto_free char *dir = knot_xasprintf("%s%s", exe, beside[i]);
		knot_auto_free char *probe = knot_xasprintf("%s/runtime-shim/runtime/knot.go", dir);

		if (knot_file_exists(probe)) {
			*ret_dir = realpath(dir, NULL);
			return *ret_dir ? 0 : knot_error_sys(err, "realpath %s", dir);
		}
	}
	return knot_error_set(err, KNOT_EUSAGE,
		"goknot's Go sources are not beside %s: run make install, or set GOKNOT_DATA", exe);
}

int knot_instrument_data_dir(char **ret_dir, struct knot_error *err)
{
	knot_auto_free char *dir = NULL, *abi = NULL, *text = NULL;
	const char *version = NULL;
	size_t len;
	int rc = find_data_dir(&dir, err);

	if (rc)
		return rc;
	abi = knot_xasprintf("%s/runtime-shim/runtime/knot_abi.go", dir);
	if (knot_file_read(abi, ABI_MAX_BYTES, &text, &len, NULL) ||
		!(version = strstr(text, ABI_VERSION)))
		return knot_error_set(err, KNOT_EUSAGE,
			"%s: goknot's Go sources are not there: run make install, or set GOKNOT_DATA",
			dir);
	if (strtoul(version + strlen(ABI_VERSION), NULL, 10) != KNOT_ABI_VERSION)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s: the Go sources are of another goknot than this one: run make, or make install",
			dir);
	*ret_dir = knot_steal(&dir);
	return 0;
}

static char *take(json_t *env, const char *key)
{
	const char *value = json_string_value(json_object_get(env, key));

	return knot_xstrdup(value ? value : "");
}

int knot_toolchain_parse(
	const char *text, size_t len, struct knot_toolchain *ret, struct knot_error *err)
{
	json_error_t at;
	json_t *env = json_loadb(text, len, 0, &at);

	if (!env)
		return knot_error_set(
			err, KNOT_EINPUT, "go env -json: line %d: %s", at.line, at.text);
	*ret = (struct knot_toolchain){
		.goroot = take(env, "GOROOT"),
		.version = take(env, "GOVERSION"),
		.modcache = take(env, "GOMODCACHE"),
		.gomod = take(env, "GOMOD"),
		.gowork = take(env, "GOWORK"),
		.goflags = take(env, "GOFLAGS"),
		.goexperiment = take(env, "GOEXPERIMENT"),
		.os = take(env, "GOHOSTOS"),
		.arch = take(env, "GOHOSTARCH"),
		.target_os = take(env, "GOOS"),
		.target_arch = take(env, "GOARCH"),
		.cgo = take(env, "CGO_ENABLED"),
		.cc = take(env, "CC"),
		.goamd64 = take(env, "GOAMD64"),
	};
	json_decref(env);
	return 0;
}

void knot_toolchain_free(struct knot_toolchain *t)
{
	free(t->goroot);
	free(t->version);
	free(t->modcache);
	free(t->gomod);
	free(t->gowork);
	free(t->goflags);
	free(t->goexperiment);
	free(t->os);
	free(t->arch);
	free(t->target_os);
	free(t->target_arch);
	free(t->cgo);
	free(t->cc);
	free(t->goamd64);
	*t = (struct knot_toolchain){0};
}

static bool is_other(const char *set, const char *wanted)
{
	return set && *set && strcmp(set, wanted) != 0;
}

int knot_toolchain_check(const struct knot_toolchain *t, struct knot_error *err)
{
	unsigned minor = knot_instrument_go_minor(t->version);

	if (strcmp(t->os, "linux") != 0 || strcmp(t->arch, "amd64") != 0)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"goknot runs on linux/amd64; this is %s/%s", t->os, t->arch);
	if (is_other(t->target_os, "linux") || is_other(t->target_arch, "amd64"))
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"goknot builds for linux/amd64; go env has GOOS=%s GOARCH=%s", t->target_os,
			t->target_arch);
	if (minor < KNOT_GO_MINOR_MIN || minor > KNOT_GO_MINOR_MAX)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"%s is not supported: goknot knows the runtimes of Go 1.%d to 1.%d",
			t->version, KNOT_GO_MINOR_MIN, KNOT_GO_MINOR_MAX);
	return 0;
}

int knot_toolchain_check_race(const struct knot_toolchain *t, struct knot_error *err)
{
	const char *level =
		strcmp(t->goamd64, "v3") == 0 || strcmp(t->goamd64, "v4") == 0 ? "v3" : "v1";
	knot_auto_free char *runtime = knot_xasprintf(
		"%s/src/runtime/race/internal/amd64%s/race_linux.syso", t->goroot, level);
	/* CC may hold arguments behind the command. */
	knot_auto_free char *cc = knot_xstrndup(t->cc, strcspn(t->cc, " "));
	knot_auto_free char *found = NULL;

	if (!knot_file_exists(runtime))
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"-race needs the race detector's runtime, and %s has none: install it "
			"(Debian: "
			"golang-1.%u-race-detector-runtime) or a Go from https://go.dev/dl",
			t->goroot, knot_instrument_go_minor(t->version));
	/* go env tells 0 when there is no C compiler and nobody has asked for cgo. */
	if (knot_proc_find_program(*cc ? cc : "gcc", &found, NULL) < 0)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"-race needs a C compiler for cgo, and %s is not on PATH: install gcc",
			*cc ? cc : "gcc");
	if (strcmp(t->cgo, "1") != 0)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"-race needs cgo, which is off here: set CGO_ENABLED=1");
	return 0;
}

/* A setting with blanks in it stands in quotes as a whole; of several the last one counts. */
char *knot_toolchain_flag(const char *goflags, const char *name)
{
	const char *p = goflags;
	char *found = NULL;

	while ((p = strstr(p, name))) {
		const char *start = p > goflags && p[-1] == '-' ? p - 1 : p;
		const char before = start > goflags ? start[-1] : ' ';
		const char quote[] = {before, '\0'};

		p += strlen(name);
		if (!strchr(" \t\n'\"", before))
			continue;
		free(found);
		const size_t n = strcspn(p, before == '\'' || before == '"' ? quote : " \t\n");
		found = n ? knot_xstrndup(p, n) : NULL;
	}
	return found;
}

char *knot_toolchain_user_overlay(const struct knot_toolchain *t)
{
	return knot_toolchain_flag(t->goflags, "-overlay=");
}
