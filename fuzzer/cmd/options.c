/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/options.h"

#include "cmd/options_table.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "wire/abi.h"
#include "wire/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 80 /* bytes of a user's word in a message */
#define NEAR_LEN 32 /* longer words are near to nothing */
#define RUN_LEVELS_MAX 64

/* One flag as it stood on the command line. */
struct given {
	const struct knot_option *option;
	const char *value; /* NULL = none (a bool alone) */
	void *target;
	struct knot_error *err;
};

/* --- values ---------------------------------------------------------------------------------- */

static int refuse(const struct given *g, const char *what)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(g->value), SHOWN_MAX);
	return knot_error_set(
		g->err, KNOT_EUSAGE, "-%s wants %s, not \"%s\"", g->option->name, what, shown);
}

static void *field(const struct given *g, size_t offset)
{
	return (char *)g->target + offset;
}

static int set_bool(const struct given *g)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
	static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
	bool *ret = field(g, g->option->offset);
	if (!g->value) {
		*ret = true;
		return 0;
	}
	for (size_t i = 0; yes[i]; i++) {
		if (strcmp(g->value, yes[i]) == 0 || strcmp(g->value, no[i]) == 0) {
			*ret = strcmp(g->value, yes[i]) == 0;
			return 0;
		}
	}
	return refuse(g, "true or false");
}

/* A whole word of digits; strtoull alone would take signs and spaces. */
static bool take_u64(const char *text, int base, uint64_t *ret)
{
	if (!isdigit((unsigned char)text[0]))
		return false;
	char *end;
	errno = 0;
	const unsigned long long value = strtoull(text, &end, base);
	if (*end || errno)
		return false;
	*ret = value;
	return true;
}

static int take_int(const struct given *g, size_t offset)
{
	const struct knot_option *o = g->option;
	uint64_t value;
	if (!take_u64(g->value, 10, &value) || value < o->low || value > o->high) {
		knot_auto_free char *what =
			knot_xasprintf("a number from %u to %u", o->low, o->high);
		return refuse(g, what);
	}
	*(uint32_t *)field(g, offset) = (uint32_t)value;
	return 0;
}

static int set_int(const struct given *g)
{
	return take_int(g, g->option->offset);
}

static int set_perhaps(const struct given *g)
{
	*(bool *)field(g, g->option->offset) = true;
	return g->value ? take_int(g, g->option->second) : 0;
}

static int set_u64(const struct given *g)
{
	const int base = strncmp(g->value, "0x", 2) == 0 ? 16 : 10;
	uint64_t value;
	if (!take_u64(g->value, base, &value))
		return refuse(g, "a number from 0 to 18446744073709551615");
	*(uint64_t *)field(g, g->option->offset) = value;
	*(bool *)field(g, g->option->second) = true;
	return 0;
}

/* A decimal number with an optional fraction. */
static bool take_decimal(const char **text, double *ret)
{
	const char *p = *text;
	double value = 0;
	double scale = 1;
	size_t digits = 0;
	for (; isdigit((unsigned char)*p); p++, digits++)
		value = value * 10 + (*p - '0');
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p); p++, digits++)
			value += (*p - '0') * (scale /= 10);
	if (!digits)
		return false;
	*text = p;
	*ret = value;
	return true;
}

bool knot_options_take_duration(const char *text, uint64_t *ret_ns)
{
	/* Longer units before those they begin with. */
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3}, {"ms", 1e6},
		{"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
	const size_t count = sizeof(units) / sizeof(units[0]);
	double total = 0;
	if (!*text)
		return false;
	if (strcmp(text, "0") == 0)
		text++;
	while (*text) {
		double value;
		if (!take_decimal(&text, &value))
			return false;
		size_t i = 0;
		while (i < count && strncmp(text, units[i].name, strlen(units[i].name)) != 0)
			i++;
		if (i == count)
			return false;
		text += strlen(units[i].name);
		total += value * units[i].ns;
	}
	if (total >= (double)INT64_MAX)
		return false;
	*ret_ns = (uint64_t)(total + 0.5);
	return true;
}

static int set_duration(const struct given *g)
{
	if (!knot_options_take_duration(g->value, field(g, g->option->offset)))
		return refuse(g, "a duration (500ms, 30s, 1h30m)");
	return 0;
}

/* The one that is given replaces the other: the last flag wins as a whole. */
static int set_budget(const struct given *g)
{
	const size_t len = strlen(g->value);
	uint64_t *ns = field(g, g->option->offset);
	uint64_t *count = field(g, g->option->second);
	if (len > 1 && g->value[len - 1] == 'x') {
		knot_auto_free char *digits = knot_xstrndup(g->value, len - 1);
		uint64_t value;
		if (take_u64(digits, 10, &value) && value) {
			*count = value;
			*ns = 0;
			return 0;
		}
	} else if (knot_options_take_duration(g->value, ns)) {
		*count = 0;
		return 0;
	}
	return refuse(g, "a duration (30s, 8h) or a count (1000x)");
}

static int set_share(const struct given *g)
{
	const char *rest = g->value;
	double value;
	if (!take_decimal(&rest, &value) || *rest || value > 1)
		return refuse(g, "a share from 0 to 1 (0.05)");
	*(double *)field(g, g->option->offset) = value;
	return 0;
}

bool knot_options_take_size(const char *text, uint64_t *ret_bytes)
{
	static const char letters[] = "kmgt";
	double value;
	if (!take_decimal(&text, &value))
		return false;
	const char letter = (char)tolower((unsigned char)*text);
	const char *unit = letter ? strchr(letters, letter) : NULL;
	if (unit) {
		value *= (double)(1ull << (10 * (unit - letters + 1)));
		text++;
		if (strcasecmp(text, "ib") == 0)
			text += 2;
	}
	if (strcasecmp(text, "b") == 0)
		text++;
	if (*text || value >= (double)INT64_MAX)
		return false;
	*ret_bytes = (uint64_t)value;
	return true;
}

static int set_size(const struct given *g)
{
	if (!knot_options_take_size(g->value, field(g, g->option->offset)))
		return refuse(g, "a size (512m, 2g)");
	return 0;
}

static int set_text(const struct given *g)
{
	if (!*g->value)
		return refuse(g, "a value");
	*(const char **)field(g, g->option->offset) = g->value;
	return 0;
}

static int set_regexp(const struct given *g)
{
	*(const char **)field(g, g->option->offset) = g->value;
	return 0;
}

static int refuse_word(const struct given *g)
{
	const struct knot_option *o = g->option;
	struct knot_text what = {0};
	for (size_t i = 0; o->names[i]; i++) {
		const char *joint = i == 0 ? "" : o->names[i + 1] ? ", " : " or ";
		knot_text_addf(&what, "%s%s", joint, o->names[i]);
	}
	knot_auto_free char *list = knot_text_steal(&what);
	return refuse(g, list);
}

static int set_word(const struct given *g)
{
	const struct knot_option *o = g->option;
	for (size_t i = 0; o->names[i]; i++) {
		if (strcmp(g->value, o->names[i]) != 0)
			continue;
		if (o->kind == KNOT_OPTION_ENUM)
			*(uint32_t *)field(g, o->offset) = (uint32_t)i;
		else
			*(const char **)field(g, o->offset) = o->names[i];
		return 0;
	}
	return refuse_word(g);
}

/* Indexed by enum knot_option_kind. */
static int (*const setters[])(const struct given *g) = {
	[KNOT_OPTION_BOOL] = set_bool,
	[KNOT_OPTION_INT] = set_int,
	[KNOT_OPTION_U64] = set_u64,
	[KNOT_OPTION_DURATION] = set_duration,
	[KNOT_OPTION_BUDGET] = set_budget,
	[KNOT_OPTION_SIZE] = set_size,
	[KNOT_OPTION_SHARE] = set_share,
	[KNOT_OPTION_STRING] = set_text,
	[KNOT_OPTION_REGEXP] = set_regexp,
	[KNOT_OPTION_ENUM] = set_word,
	[KNOT_OPTION_NAME] = set_word,
	[KNOT_OPTION_PERHAPS] = set_perhaps,
};

/* --- the command line ------------------------------------------------------------------------ */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between two words; a swap of neighbours is one (Damerau, restricted). */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_LEN + 1];
	const size_t alen = strlen(a);
	const size_t blen = strlen(b);
	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= alen; i++) {
		const size_t *before = rows[(i + 1) % 3];
		const size_t *above = rows[(i - 1) % 3];
		size_t *row = rows[i % 3];
		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			row[j] = smaller(smaller(above[j], row[j - 1]) + 1,
				above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return rows[alen % 3][blen];
}

bool knot_option_is_out(const char *file)
{
	return file && strcmp(file, "-") == 0;
}

const char *knot_options_nearest(const char *word, const char *const *names)
{
	const size_t len = strlen(word);
	const char *best = NULL;
	size_t best_distance = len < 3 ? 2 : len / 3 + 2;
	for (; len <= NEAR_LEN && *names; names++) {
		const size_t d = strlen(*names) <= NEAR_LEN ? distance(word, *names) : SIZE_MAX;
		if (d < best_distance && d < strlen(*names)) {
			best = *names;
			best_distance = d;
		}
	}
	return best;
}

static int refuse_unknown(
	const struct knot_option_table *table, const char *name, struct knot_error *err)
{
	const char **names = knot_xalloc((table->count + 1) * sizeof(*names));
	for (size_t i = 0; i < table->count; i++)
		names[i] = table->options[i].name;
	const char *nearest = knot_options_nearest(name, names);
	knot_auto_free char *shown = knot_text_escape(knot_span_str(name), SHOWN_MAX);
	free(names);
	if (nearest)
		return knot_error_set(
			err, KNOT_EUSAGE, "no flag -%s; the nearest is -%s", shown, nearest);
	return knot_error_set(err, KNOT_EUSAGE, "no flag -%s", shown);
}

/* flag is what stands behind the dashes, next the word after it. *ret_used tells whether it was the
 * value. */
static int take_flag(const struct knot_option_table *table, const char *flag, const char *next,
	void *target, bool *ret_used, struct knot_error *err)
{
	const char *equals = strchr(flag, '=');
	knot_auto_free char *name =
		equals ? knot_xstrndup(flag, (size_t)(equals - flag)) : knot_xstrdup(flag);
	const struct knot_option *o = NULL;
	for (size_t i = 0; i < table->count && !o; i++)
		if (strcmp(table->options[i].name, name) == 0)
			o = &table->options[i];
	if (!o)
		return refuse_unknown(table, name, err);
	const bool alone = o->kind == KNOT_OPTION_BOOL || o->kind == KNOT_OPTION_PERHAPS;
	const struct given g = {.option = o,
		.value = equals ? equals + 1
			: alone ? NULL
				: next,
		.target = target,
		.err = err};
	if (!g.value && !alone)
		return knot_error_set(err, KNOT_EUSAGE, "-%s wants a value", o->name);
	*ret_used = !equals && !alone;
	return setters[o->kind](&g);
}

int knot_options_parse(const struct knot_option_table *table, int argc, char **argv, void *target,
	struct knot_option_words *ret_words, struct knot_error *err)
{
	struct knot_option_words w = {.words = argv + 1};
	bool flags_over = false;
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];
		if (flags_over || word[0] != '-' || !word[1]) {
			/* Never behind the word that is read: the list grows by one per word. */
			w.words[w.words_len++] = word;
			continue;
		}
		const bool dashes = strcmp(word, "--") == 0;
		const char *flag = word + (word[1] == '-' ? 2 : 1);
		if (dashes && !table->takes_args) {
			flags_over = true;
			continue;
		}
		if (table->takes_args && (dashes || strcmp(flag, "args") == 0)) {
			w.program = dashes;
			w.args = argv + i + 1;
			w.args_len = (size_t)(argc - i - 1);
			break;
		}
		bool used = false;
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		const int r = take_flag(table, flag, next, target, &used, err);
		if (r < 0)
			return r;
		i += used;
	}
	*ret_words = w;
	return 0;
}

/* --- the tables ------------------------------------------------------------------------------ */

#define FUZZ(member) AT(knot_fuzz_options, member)
#define FUZZ_AND(member) AND(knot_fuzz_options, member)

static const struct knot_option fuzz_options[] = {
	{"C", KNOT_OPTION_STRING, FUZZ(dir)},
	{"run", KNOT_OPTION_REGEXP, FUZZ(run)},
	{"skip", KNOT_OPTION_REGEXP, FUZZ(skip)},
	{"fuzztime", KNOT_OPTION_BUDGET, FUZZ(fuzztime_ns), FUZZ_AND(fuzztime_runs)},
	{"fuzzminimizetime", KNOT_OPTION_DURATION, FUZZ(minimize_ns)},
	{"parallel", KNOT_OPTION_INT, FUZZ(parallel), .low = 1, .high = 1024},
	{"o", KNOT_OPTION_STRING, FUZZ(output)},
	{"sched", KNOT_OPTION_ENUM, FUZZ(sched), .names = {"controlled", "native"}},
	{"policy", KNOT_OPTION_NAME, FUZZ(policy),
		.names = {"fifo", "random", "pct", "pos", "rpos", "surw", "delay", "gopie",
			"none"}},
	{"depth", KNOT_OPTION_INT, FUZZ(depth), .low = 1, .high = KNOT_DEPTH_MAX},
	{"feedback", KNOT_OPTION_ENUM, FUZZ(feedback), .names = {"auto", "ring", "ebpf", "none"}},
	{"mutate", KNOT_OPTION_BOOL, FUZZ(mutate)},
	{"seed", KNOT_OPTION_U64, FUZZ(seed), FUZZ_AND(seed_set)},
	{"first", KNOT_OPTION_BOOL, FUZZ(first)},
	{"timeout", KNOT_OPTION_DURATION, FUZZ(timeout_ns)},
	{"short", KNOT_OPTION_BOOL, FUZZ(is_short)},
	{"race", KNOT_OPTION_BOOL, FUZZ(race)},
	{"tags", KNOT_OPTION_STRING, FUZZ(tags)},
	{"deps", KNOT_OPTION_STRING, FUZZ(deps)},
	{"since", KNOT_OPTION_STRING, FUZZ(since)},
	{"memory", KNOT_OPTION_SIZE, FUZZ(memory_bytes)},
	{"fresh", KNOT_OPTION_INT, FUZZ(fresh_every), .low = 1, .high = 1000000},
	{"disk", KNOT_OPTION_SIZE, FUZZ(disk_bytes)},
	{"audit", KNOT_OPTION_SHARE, FUZZ(audit)},
	{"trials", KNOT_OPTION_INT, FUZZ(trials), .low = 1, .high = 4096},
	{"tries", KNOT_OPTION_INT, FUZZ(tries), .low = 1, .high = 1000000},
	{"json", KNOT_OPTION_BOOL, FUZZ(json)},
	{"hooks", KNOT_OPTION_ENUM, FUZZ(hooks), .names = {"off", "on"}},
	{"quiet", KNOT_OPTION_BOOL, FUZZ(quiet)},
	{"screen", KNOT_OPTION_BOOL, FUZZ(screen)},
	{"metrics", KNOT_OPTION_STRING, FUZZ(metrics)},
	{"junit", KNOT_OPTION_STRING, FUZZ(junit)},
	{"sarif", KNOT_OPTION_STRING, FUZZ(sarif)},
	{"ignore", KNOT_OPTION_STRING, FUZZ(ignore)},
};

/* With -- one program is run, and nothing that is for tests has a meaning. */
static int check_program(const struct knot_fuzz_options *o, struct knot_error *err)
{
	if (!o->words.program)
		return 0;
	if (o->words.words_len != 1)
		return knot_error_set(err, KNOT_EUSAGE,
			"before -- stands the one main package to run, its arguments behind; got "
			"%zu "
			"packages",
			o->words.words_len);
	if (o->run || o->skip || o->is_short)
		return knot_error_set(err, KNOT_EUSAGE,
			"-%s is for tests, and with -- a program is run",
			o->run            ? "run"
				: o->skip ? "skip"
					  : "short");
	const char *word = o->words.words[0];
	const size_t len = strlen(word);
	if (len > 3 && strcmp(word + len - 3, ".go") == 0) {
		knot_auto_free char *shown = knot_text_escape(knot_span_str(word), SHOWN_MAX);
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is a file: before -- stands the main package to run", shown);
	}
	return 0;
}

int knot_options_fuzz(
	int argc, char **argv, struct knot_fuzz_options *ret_options, struct knot_error *err)
{
	static const struct knot_option_table table = TABLE(fuzz_options, true);
	struct knot_fuzz_options o = {
		.mutate = true, .hooks = 1, .screen = true, .minimize_ns = KNOT_OPTION_MINIMIZE_NS};
	int r = knot_options_parse(&table, argc, argv, &o, &o.words, err);
	if (r < 0 || (r = check_program(&o, err)) < 0)
		return r;
	const bool none = o.policy && !strcmp(o.policy, "none");
	const bool gopie = o.policy && !strcmp(o.policy, "gopie");
	if (none && o.sched != KNOT_SCHED_NATIVE)
		return knot_error_set(err, KNOT_EUSAGE,
			"-policy none leaves everything to the Go runtime: it goes with -sched "
			"native "
			"only");
	const bool deep = o.policy && (!strcmp(o.policy, "pct") || !strcmp(o.policy, "delay"));
	if (o.depth && !deep)
		return knot_error_set(err, KNOT_EUSAGE,
			"-depth is the depth of -policy pct or the delays of -policy delay: it "
			"goes with one of them");
	if (o.tries && !o.trials)
		return knot_error_set(err, KNOT_EUSAGE,
			"-tries is how often each of the -trials is forced: it goes with them");
	if (o.trials && o.sched == KNOT_SCHED_NATIVE)
		return knot_error_set(err, KNOT_EUSAGE,
			"-trials forces chains by control of the schedule: it does not go with "
			"-sched native");
	/* Nothing but chains steers a native run. */
	if (none)
		o.mutate = false;
	else if (gopie && (!o.mutate || o.feedback == KNOT_FEEDBACK_NONE))
		return knot_error_set(err, KNOT_EUSAGE,
			"-policy gopie makes chains of what runs show: it does not go with %s",
			o.mutate ? "-feedback none" : "-mutate=false");
	else if (o.sched == KNOT_SCHED_NATIVE && o.policy && !gopie)
		return knot_error_set(err, KNOT_EUSAGE,
			"-policy %s is for controlled schedules: with -sched native the Go runtime "
			"itself schedules",
			o.policy);
	*ret_options = o;
	return 0;
}
