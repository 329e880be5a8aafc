/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/doctor.h"
#include "cmd/json.h"
#include "cmd/options.h"
#include "sys/machine.h"
#include "wire/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void knot_doctor_say(struct knot_doctor *d, enum knot_doctor_status status, const char *name,
	const char *fix, const char *fmt, ...)
{
	static const char *const words[] = {"ok", "limited", "missing"};
	char raw[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (status == KNOT_DOCTOR_MISSING)
		d->possible = false;
	if (d->json) {
		struct knot_json_line line = {.out = stdout};
		knot_json_line_text(&line, "check", name);
		knot_json_line_text(&line, "status", words[status]);
		knot_json_line_text(&line, "text", raw);
		if (fix && status != KNOT_DOCTOR_OK)
			knot_json_line_text(&line, "fix", fix);
		knot_json_line_end(&line);
		return;
	}
	knot_auto_free char *text = knot_text_escape(knot_span_str(raw), sizeof(raw));
	printf("%-8s %-18s %s\n", words[status], name, text);
	if (fix && status != KNOT_DOCTOR_OK)
		printf("%-8s %-18s -> %s\n", "", "", fix);
}

static void examine(struct knot_doctor *d)
{
	struct knot_machine m;
	const char *tmp = getenv("TMPDIR");
	knot_auto_free char *campaign = knot_xasprintf("%s/.goknot", d->dir);
	/* In a campaign that is there already, for its disk; never in the user's own tree. */
	knot_auto_free char *scratch = knot_xasprintf("%s/goknot-doctor-%d",
		access(campaign, W_OK) == 0 ? campaign
			: tmp && *tmp       ? tmp
					    : "/tmp",
		(int)getpid());
	knot_machine_probe(scratch, &m);
	knot_doctor_machine(d, &m);
	knot_doctor_go(d);
	knot_doctor_room(d);
	knot_doctor_probe(d);
	free(d->gocache);
}

struct doctor_options {
	const char *dir;
	bool json;
};

int knot_cmd_doctor(int argc, char **argv)
{
	static const struct knot_option list[] = {
		{"C", KNOT_OPTION_STRING, .offset = offsetof(struct doctor_options, dir)},
		{"json", KNOT_OPTION_BOOL, .offset = offsetof(struct doctor_options, json)},
	};
	static const struct knot_option_table table = {.options = list, .count = 2};
	struct doctor_options o = {0};
	struct knot_option_words words;
	struct knot_error err = {0};
	if (knot_options_parse(&table, argc, argv, &o, &words, &err) < 0)
		return knot_cmd_fail("doctor", &err);
	if (words.words_len) {
		knot_error_set(
			&err, KNOT_EUSAGE, "takes flags only, got %zu words", words.words_len);
		return knot_cmd_fail("doctor", &err);
	}
	/* Absolute, because go env and the probes are told where to look. */
	knot_auto_free char *dir = realpath(o.dir ? o.dir : ".", NULL);
	if (!dir) {
		knot_error_set(&err, KNOT_EUSAGE, "%s: %s", o.dir ? o.dir : ".", strerror(errno));
		return knot_cmd_fail("doctor", &err);
	}
	struct knot_doctor d = {.dir = dir, .json = o.json, .possible = true};
	examine(&d);
	if (o.json) {
		struct knot_json_line line = {.out = stdout};
		knot_json_line_bool(&line, "possible", d.possible);
		knot_json_line_end(&line);
	} else {
		printf("\nFuzzing is %spossible here.\n", d.possible ? "" : "not ");
	}
	return d.possible ? KNOT_EXIT_CLEAN : KNOT_EXIT_USAGE;
}
