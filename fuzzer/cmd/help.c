/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/help.h"

#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "instrument/driver.h"
#include "wire/text.h"

#include <string.h>

#include "cmd/help.inc"

#define PAGE_COUNT (sizeof(pages) / sizeof(pages[0]))

const char *const knot_help_commands[] = {"fuzz", "replay", "minimize", "save", "test", "export",
	"list", "status", "report", "corpus", "record", "clean", "doctor", "version", NULL};

const struct knot_help_page *knot_help_find(const char *name)
{
	for (size_t i = 0; i < PAGE_COUNT; i++)
		if (strcmp(pages[i].name, name) == 0)
			return &pages[i];
	return NULL;
}

void knot_help_overview(FILE *out)
{
	fputs("goknot finds bugs in Go programs that only some schedules show, and replays "
	      "them.\n\n"
	      "\tgoknot fuzz ./...                      fuzz the tests of a module until Ctrl-C\n"
	      "\tgoknot replay .goknot/crashes/FILE     run one found schedule again\n"
	      "\tgoknot minimize .goknot/crashes/FILE   shrink it to the switches that matter\n\n"
	      "Commands:\n\n",
		out);
	for (const char *const *name = knot_help_commands; *name; name++) {
		const struct knot_help_page *page = knot_help_find(*name);
		fprintf(out, "\t%-10s %s\n", *name, page ? page->summary : "");
	}
	fputs("\n"
	      "goknot help COMMAND tells more; goknot help goknot begins with a user's first "
	      "questions,\n"
	      "goknot help crash describes the crash file, goknot help ignore the file of known "
	      "findings.\n",
		out);
}

int knot_cmd_help(int argc, char **argv)
{
	if (argc < 2 || (argc == 2 && strcmp(argv[1], "help") == 0)) {
		knot_help_overview(stdout);
		return KNOT_EXIT_CLEAN;
	}
	const struct knot_help_page *page = argc == 2 ? knot_help_find(argv[1]) : NULL;
	if (page) {
		fputs(page->text, stdout);
		return KNOT_EXIT_CLEAN;
	}
	if (argc > 2) {
		fprintf(stderr, "goknot help: wants one command, got %d words\n", argc - 1);
		return KNOT_EXIT_USAGE;
	}
	const char *names[PAGE_COUNT + 1] = {NULL};
	for (size_t i = 0; i < PAGE_COUNT; i++)
		names[i] = pages[i].name;
	const char *nearest = knot_options_nearest(argv[1], names);
	knot_auto_free char *shown = knot_text_escape(knot_span_str(argv[1]), 80);
	fprintf(stderr, "goknot help: no page for \"%s\"; %s%s\n", shown,
		nearest ? "the nearest is " : "goknot help lists the commands",
		nearest ? nearest : "");
	return KNOT_EXIT_USAGE;
}

int knot_cmd_version(int argc, char **argv)
{
	if (argc > 1) {
		knot_auto_free char *shown = knot_text_escape(knot_span_str(argv[1]), 80);
		fprintf(stderr, "goknot version: takes no \"%s\"\n", shown);
		return KNOT_EXIT_USAGE;
	}
	printf("goknot %s linux/amd64, for Go 1.%d to 1.%d\n", KNOT_VERSION, KNOT_GO_MINOR_MIN,
		KNOT_GO_MINOR_MAX);
	return KNOT_EXIT_CLEAN;
}
