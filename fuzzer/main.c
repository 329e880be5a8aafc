/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "wire/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"fuzz", knot_cmd_fuzz},
	{"replay", knot_cmd_replay},
	{"minimize", knot_cmd_minimize},
	{"save", knot_cmd_save},
	{"test", knot_cmd_test},
	{"export", knot_cmd_export},
	{"list", knot_cmd_list},
	{"status", knot_cmd_status},
	{"report", knot_cmd_report},
	{"corpus", knot_cmd_corpus},
	{"record", knot_cmd_record},
	{"clean", knot_cmd_clean},
	{"doctor", knot_cmd_doctor},
	{"help", knot_cmd_help},
	{"version", knot_cmd_version},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static bool is_flag(const char *word, const char *name)
{
	if (word[0] != '-')
		return false;
	return strcmp(word + (word[1] == '-' ? 2 : 1), name) == 0;
}

static bool is_help_flag(const char *word)
{
	return is_flag(word, "h") || is_flag(word, "help");
}

/* -h among a command's flags; what stands behind -- or -args is not goknot's. */
static bool asks_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0 || is_flag(argv[i], "args"))
			return false;
		if (is_help_flag(argv[i]))
			return true;
	}
	return false;
}

/* GOKNOT_LOG=level[:domain,...], for whoever debugs goknot itself. */
static void open_log(void)
{
	static const char *const levels[] = {"none", "warn", "info", "debug"};
	const char *wish = getenv("GOKNOT_LOG");
	if (!wish)
		return;
	const size_t len = strcspn(wish, ":");
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strlen(levels[i]) == len && strncmp(wish, levels[i], len) == 0)
			knot_log_open((enum knot_log_level)i, wish[len] ? wish + len + 1 : NULL,
				STDERR_FILENO);
}

static int refuse_unknown(const char *word)
{
	const char *names[COMMAND_COUNT + 1] = {NULL};
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	const char *nearest = knot_options_nearest(word, names);
	knot_auto_free char *shown = knot_text_escape(knot_span_str(word), 80);
	fprintf(stderr, "goknot: unknown command \"%s\"; %s%s\n", shown,
		nearest ? "the nearest is " : "goknot help lists the commands",
		nearest ? nearest : "");
	return KNOT_EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	if (argc < 2 || is_help_flag(argv[1])) {
		knot_help_overview(stdout);
		return KNOT_EXIT_CLEAN;
	}
	const char *name = is_flag(argv[1], "version") ? "version" : argv[1];
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (!asks_help(argc - 1, argv + 1))
			return commands[i].run(argc - 1, argv + 1);
		const struct knot_help_page *page = knot_help_find(name);
		if (page)
			fputs(page->text, stdout);
		else
			knot_help_overview(stdout);
		return KNOT_EXIT_CLEAN;
	}
	return refuse_unknown(argv[1]);
}

/* NULL when all of standard output was written. The reason of a write that failed long ago is asked for again. */
static const char *output_failure(void)
{
	if (fflush(stdout) != 0)
		return strerror(errno);
	if (!ferror(stdout))
		return NULL;
	clearerr(stdout);
	return putchar('\n') == EOF || fflush(stdout) != 0 ? strerror(errno)
							   : "an earlier write failed";
}

/* A pipe or socket whose other end is closed: what stdio says of an earlier write does not tell. */
static bool reader_left(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP));
}

/* A campaign ends when its output goes unread, so that its exit code would say too much. */
static bool is_cut_short(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], "fuzz") == 0;
}

int main(int argc, char **argv)
{
	knot_alloc_open();
	open_log();
	/* Each command comes to its end, with its exit code, and takes away what it has made. */
	signal(SIGPIPE, SIG_IGN);
	const int code = run(argc, argv);
	/* A result that nobody could read is no result; a reader that has read enough is content. */
	const char *why = output_failure();

	if (why && code != KNOT_EXIT_USAGE && (is_cut_short(argc, argv) || !reader_left())) {
		fprintf(stderr, "goknot: cannot write to standard output: %s\n", why);
		return KNOT_EXIT_OWN;
	}
	return code;
}
