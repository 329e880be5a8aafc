/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/options_crash.h"

#include "base/error.h"
#include "cmd/options_table.h"

#include <string.h>

#define REPLAY(member) AT(knot_replay_options, member)

static const struct knot_option replay_options[] = {
	{"n", KNOT_OPTION_INT, REPLAY(times), .low = 1, .high = 1000000},
	{"continue", KNOT_OPTION_INT, REPLAY(continuations), .low = 1, .high = 1000000},
	{"bisect", KNOT_OPTION_BOOL, REPLAY(bisect)},
	{"memory", KNOT_OPTION_SIZE, REPLAY(memory_bytes)},
	{"trace", KNOT_OPTION_STRING, REPLAY(trace)},
	{"dlv", KNOT_OPTION_PERHAPS, REPLAY(dlv), AND(knot_replay_options, dlv_step), .low = 1,
		.high = UINT32_MAX},
	{"json", KNOT_OPTION_BOOL, REPLAY(json)},
	{"quiet", KNOT_OPTION_BOOL, REPLAY(quiet)},
	{"C", KNOT_OPTION_STRING, REPLAY(dir)},
	{"o", KNOT_OPTION_STRING, REPLAY(output)},
};

#define MINIMIZE(member) AT(knot_minimize_command, member)

static const struct knot_option minimize_options[] = {
	{"fuzztime", KNOT_OPTION_DURATION, MINIMIZE(fuzztime_ns)},
	{"memory", KNOT_OPTION_SIZE, MINIMIZE(memory_bytes)},
	{"prove", KNOT_OPTION_BOOL, MINIMIZE(prove)},
	{"json", KNOT_OPTION_BOOL, MINIMIZE(json)},
	{"o", KNOT_OPTION_STRING, MINIMIZE(result)},
	{"C", KNOT_OPTION_STRING, MINIMIZE(dir)},
	{"campaign", KNOT_OPTION_STRING, MINIMIZE(output)},
};

#define TEST(member) AT(knot_test_options, member)

static const struct knot_option test_options[] = {
	{"v", KNOT_OPTION_BOOL, TEST(verbose)},
	{"continue", KNOT_OPTION_INT, TEST(continuations), .low = 1, .high = 1000000},
	{"json", KNOT_OPTION_BOOL, TEST(json)},
	{"junit", KNOT_OPTION_STRING, TEST(junit)},
	{"sarif", KNOT_OPTION_STRING, TEST(sarif)},
	{"memory", KNOT_OPTION_SIZE, TEST(memory_bytes)},
	{"ignore", KNOT_OPTION_STRING, TEST(ignore)},
	{"C", KNOT_OPTION_STRING, TEST(dir)},
	{"o", KNOT_OPTION_STRING, TEST(output)},
};

#define EXPORT(member) AT(knot_export_options, member)

static const struct knot_option export_options[] = {
	{"format", KNOT_OPTION_STRING, EXPORT(format)},
	{"go", KNOT_OPTION_BOOL, EXPORT(go)},
	{"n", KNOT_OPTION_INT, EXPORT(times), .low = 1, .high = 1000},
	{"o", KNOT_OPTION_STRING, EXPORT(result)},
	{"memory", KNOT_OPTION_SIZE, EXPORT(memory_bytes)},
	{"C", KNOT_OPTION_STRING, EXPORT(dir)},
	{"campaign", KNOT_OPTION_STRING, EXPORT(output)},
};

static const struct knot_option save_options[] = {
	{"C", KNOT_OPTION_STRING, AT(knot_save_options, dir)},
};

static int one_file(
	const struct knot_option_words *words, const char **ret_file, struct knot_error *err)
{
	if (words->words_len != 1)
		return knot_error_set(
			err, KNOT_EUSAGE, "wants one crash file, got %zu words", words->words_len);
	*ret_file = words->words[0];
	return 0;
}

/* A session with a debugger is one run, and for a person. */
static int check_dlv(const struct knot_replay_options *o, struct knot_error *err)
{
	const char *flag = o->times ? "-n" : o->json ? "-json" : o->bisect ? "-bisect" : NULL;

	if (!o->dlv || !flag)
		return 0;
	return knot_error_set(
		err, KNOT_EUSAGE, "-dlv is one run in a debugger: it does not go with %s", flag);
}

int knot_options_replay(
	int argc, char **argv, struct knot_replay_options *ret_options, struct knot_error *err)
{
	static const struct knot_option_table table = TABLE(replay_options, false);
	struct knot_replay_options o = {.continuations = KNOT_OPTION_REPLAY_CONTINUE};
	struct knot_option_words words;
	int r = knot_options_parse(&table, argc, argv, &o, &words, err);

	if (!r)
		r = one_file(&words, &o.file, err);
	if (!r && knot_option_is_out(o.trace))
		r = knot_error_set(err, KNOT_EUSAGE,
			"-trace wants a file: standard output has what the replay tells");
	if (!r && !(r = check_dlv(&o, err)))
		*ret_options = o;
	return r;
}

int knot_options_minimize(
	int argc, char **argv, struct knot_minimize_command *ret_options, struct knot_error *err)
{
	static const struct knot_option_table table = TABLE(minimize_options, false);
	struct knot_minimize_command o = {.fuzztime_ns = KNOT_OPTION_MINIMIZE_NS};
	struct knot_option_words words;
	int r = knot_options_parse(&table, argc, argv, &o, &words, err);

	if (!r)
		r = one_file(&words, &o.file, err);
	if (!r && knot_option_is_out(o.result))
		r = knot_error_set(err, KNOT_EUSAGE,
			"-o wants a file: what explains the result is written beside it");
	if (!r)
		*ret_options = o;
	return r;
}

int knot_options_save(
	int argc, char **argv, struct knot_save_options *ret_options, struct knot_error *err)
{
	static const struct knot_option_table table = TABLE(save_options, false);
	struct knot_save_options o = {0};
	struct knot_option_words words;
	int r = knot_options_parse(&table, argc, argv, &o, &words, err);

	if (!r && !(r = one_file(&words, &o.file, err)))
		*ret_options = o;
	return r;
}

int knot_options_export(
	int argc, char **argv, struct knot_export_options *ret_options, struct knot_error *err)
{
	static const struct knot_option_table table = TABLE(export_options, false);
	struct knot_export_options o = {.format = ""};
	struct knot_option_words words;
	int r = knot_options_parse(&table, argc, argv, &o, &words, err);

	if (!r)
		r = one_file(&words, &o.file, err);
	if (!r && o.go && *o.format && strcmp(o.format, KNOT_EXPORT_GO) != 0)
		r = knot_error_set(err, KNOT_EUSAGE,
			"-go and -format are two ways to say one thing: give one of them");
	if (!r && o.go)
		o.format = KNOT_EXPORT_GO;
	if (!r && o.times && strcmp(o.format, KNOT_EXPORT_GO) != 0)
		r = knot_error_set(err, KNOT_EUSAGE,
			"-n counts the runs of a Go test: it goes with -format go");
	if (!r && knot_option_is_out(o.result) && !strcmp(o.format, KNOT_EXPORT_GO))
		r = knot_error_set(err, KNOT_EUSAGE,
			"-o wants a directory: a Go test does not fit on standard output");
	if (!r && knot_option_is_out(o.result))
		o.result = NULL;
	if (!r)
		*ret_options = o;
	return r;
}

int knot_options_test(
	int argc, char **argv, struct knot_test_options *ret_options, struct knot_error *err)
{
	static const struct knot_option_table table = TABLE(test_options, false);
	struct knot_test_options o = {.continuations = KNOT_OPTION_TEST_CONTINUE};
	const int r = knot_options_parse(&table, argc, argv, &o, &o.words, err);

	if (!r)
		*ret_options = o;
	return r;
}
