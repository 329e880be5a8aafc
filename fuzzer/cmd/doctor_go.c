/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/doctor.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "instrument/driver.h"
#include "sys/command.h"

#include <string.h>

#define GO_TIMEOUT_MS 20000

#define STR_(x) #x
#define STR(x) STR_(x)
#define GO_RELEASES "Go 1." STR(KNOT_GO_MINOR_MIN) " to 1." STR(KNOT_GO_MINOR_MAX)

/* Answers of `go env`, one a line, in the order of the arguments. */
enum { GO_VERSION, GO_ROOT, GO_CACHE, GO_MODCACHE, GO_CGO, GO_ANSWERS };

static int ask_go(const struct knot_doctor *d, const char *go, struct knot_command_result *ret,
	const char *answers[GO_ANSWERS], struct knot_error *err)
{
	const char *argv[] = {
		go, "env", "GOVERSION", "GOROOT", "GOCACHE", "GOMODCACHE", "CGO_ENABLED", NULL};
	struct knot_command c = KNOT_COMMAND_INIT;
	c.process.argv = argv;
	c.process.cwd = d->dir;
	c.timeout_ms = GO_TIMEOUT_MS;
	const int r = knot_command_run(&c, ret, err);
	if (r < 0)
		return r;
	if (ret->timed_out)
		return knot_error_set(err, KNOT_EUSAGE, "go env does not answer");
	if (ret->exit.signaled || ret->exit.code != 0) {
		const char *words = ret->err.data ? ret->err.data : "";
		return knot_error_set(
			err, KNOT_EUSAGE, "go env fails: %.*s", (int)strcspn(words, "\n"), words);
	}
	char *rest = ret->out.data;
	for (size_t i = 0; i < GO_ANSWERS; i++) {
		const char *line = strsep(&rest, "\n");
		if (!line)
			return knot_error_set(err, KNOT_EUSAGE, "go env answers too little");
		answers[i] = line;
	}
	return 0;
}

static void check_race(struct knot_doctor *d, const char *go)
{
	struct knot_error err = {0};
	if (knot_instrument_can_race(go, d->dir, &err) < 0)
		knot_doctor_say(d, KNOT_DOCTOR_LIMITED, "race detector",
			"without it fuzz works, but not fuzz -race", "%s", err.message);
	else
		knot_doctor_say(d, KNOT_DOCTOR_OK, "race detector", NULL, "fuzz -race can be used");
}

static void check_toolchain(struct knot_doctor *d)
{
	static const char install[] =
		"install " GO_RELEASES " and put it on PATH (Debian: golang-go, on Debian 12 "
		"golang-1.23-go from bookworm-backports; or https://go.dev/dl)";
	knot_auto_free char *go = NULL;
	const char *answers[GO_ANSWERS] = {"", "", "", "", ""};
	struct knot_command_result result = {0};
	struct knot_error err = {0};
	if (knot_instrument_find_go(&go, &err) < 0) {
		knot_doctor_say(d, KNOT_DOCTOR_MISSING, "go", install, "%s", err.message);
		return;
	}
	if (ask_go(d, go, &result, answers, &err) < 0) {
		knot_doctor_say(d, KNOT_DOCTOR_MISSING, "go", install, "%s: %s", go, err.message);
		knot_command_result_free(&result);
		return;
	}
	const unsigned minor = knot_instrument_go_minor(answers[GO_VERSION]);
	const size_t cache_len = strlen(answers[GO_MODCACHE]);
	const bool switched = cache_len &&
		strncmp(answers[GO_ROOT], answers[GO_MODCACHE], cache_len) == 0 &&
		answers[GO_ROOT][cache_len] == '/';
	if (minor < KNOT_GO_MINOR_MIN || minor > KNOT_GO_MINOR_MAX)
		knot_doctor_say(d, KNOT_DOCTOR_MISSING, "go", install,
			"%s is %s; " GO_RELEASES " are supported", go, answers[GO_VERSION]);
	else
		knot_doctor_say(d, KNOT_DOCTOR_OK, "go", NULL, "%s is %s, GOROOT %s%s", go,
			answers[GO_VERSION], answers[GO_ROOT],
			switched ? " (in the module cache: goknot works on a copy)" : "");
	d->gocache = knot_xstrdup(answers[GO_CACHE]);

	knot_auto_free char *cc = NULL;
	const bool has_cc = knot_proc_find_program("cc", &cc, NULL) == 0 ||
		knot_proc_find_program("gcc", &cc, NULL) == 0;
	if (has_cc || strcmp(answers[GO_CGO], "1") != 0)
		knot_doctor_say(d, KNOT_DOCTOR_OK, "C compiler", NULL, "not needed%s",
			has_cc ? ", packages with cgo can use the one that is there" : "");
	else
		knot_doctor_say(d, KNOT_DOCTOR_LIMITED, "C compiler",
			"install gcc if a package of yours uses cgo",
			"none: packages that need cgo do not build");
	knot_command_result_free(&result);
	check_race(d, go);
}

static void check_data(struct knot_doctor *d)
{
	knot_auto_free char *dir = NULL;
	struct knot_error err = {0};
	if (knot_instrument_data_dir(&dir, &err) < 0)
		knot_doctor_say(d, KNOT_DOCTOR_MISSING, "goknot's Go part",
			"run make install, or keep the source tree", "%s", err.message);
	else
		knot_doctor_say(d, KNOT_DOCTOR_OK, "goknot's Go part", NULL, "%s", dir);
}

void knot_doctor_go(struct knot_doctor *d)
{
	check_toolchain(d);
	check_data(d);
}
