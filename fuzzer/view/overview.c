/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/overview.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES_MAX 200
#define MESSAGES_LEAST 2 /* lines that they keep on a small screen */
#define WORKERS_SHOWN 8u /* two a line, when rows are limited */
#define TESTS_LEAST 3
#define NUMBER_LEN 24
#define SPAN_LEN 64

struct page {
	const struct knot_overview *o;
	const struct knot_overview_shape *shape;
	struct knot_overview_lines *lines;
	unsigned cols;
};

/* --- words ----------------------------------------------------------------------------------- */

/* Whole numbers up to a million, then three digits and a letter. */
static const char *number(char buf[NUMBER_LEN], double n)
{
	static const char letters[] = {'M', 'G', 'T', 'P'};

	if (n < 1e6) {
		snprintf(buf, NUMBER_LEN, "%.0f", n);
		return buf;
	}
	size_t i = 0;

	for (n /= 1e6; n >= 1e3 && i + 1 < sizeof(letters); i++)
		n /= 1e3;
	snprintf(buf, NUMBER_LEN, "%.*f%c", n < 10 ? 2 : n < 100 ? 1 : 0, n, letters[i]);
	return buf;
}

static const char *span(char buf[SPAN_LEN], uint64_t ns)
{
	const uint64_t s = ns / 1000000000;

	if (s >= 86400)
		snprintf(buf, SPAN_LEN, "%" PRIu64 " d %" PRIu64 " h %" PRIu64 " min", s / 86400,
			s / 3600 % 24, s / 60 % 60);
	else if (s >= 3600)
		snprintf(buf, SPAN_LEN, "%" PRIu64 " h %" PRIu64 " min %" PRIu64 " s", s / 3600,
			s / 60 % 60, s % 60);
	else if (s >= 60)
		snprintf(buf, SPAN_LEN, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else
		snprintf(buf, SPAN_LEN, "%" PRIu64 " s", s);
	return buf;
}

static char *ago(uint64_t ns)
{
	char buf[SPAN_LEN];

	return ns == KNOT_OVERVIEW_NEVER ? knot_xstrdup("none so far")
					 : knot_xasprintf("%s ago", span(buf, ns));
}

/* "-" where there is nothing to take a share of. */
static const char *percent(char buf[NUMBER_LEN], uint64_t part, uint64_t whole)
{
	if (whole)
		snprintf(buf, NUMBER_LEN, "%.0f %%", 100.0 * (double)part / (double)whole);
	else
		snprintf(buf, NUMBER_LEN, "-");
	return buf;
}

/* --- lines ----------------------------------------------------------------------------------- */

/* Where the first cols columns of text end; a code point is taken for one column. */
static size_t cut(const char *text, size_t cols)
{
	size_t i = 0;

	for (; text[i]; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && cols-- == 0)
			break;
	return i;
}

static size_t columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static bool full(const struct page *p)
{
	return p->shape->rows && p->lines->list.len >= p->shape->rows;
}

/* Takes text. */
static void line(struct page *p, enum knot_overview_style style, char *text)
{
	if (full(p)) {
		free(text);
		return;
	}
	text[cut(text, p->cols)] = '\0';
	knot_vec_push(&p->lines->list, ((struct knot_overview_line){.text = text, .style = style}));
}

static void spaces(struct knot_text *t, size_t n)
{
	for (; n; n--)
		knot_text_adds(t, " ");
}

/* Two texts side by side, the second from the middle on. Takes both. */
static void halves(struct page *p, enum knot_overview_style style, char *left, char *right)
{
	const size_t half = p->cols / 2;
	struct knot_text t = {0};

	left[cut(left, half - 1)] = '\0';
	knot_text_adds(&t, left);
	spaces(&t, half - columns(left));
	knot_text_adds(&t, right);
	free(left);
	free(right);
	line(p, style, knot_text_steal(&t));
}

/* left and right at the two ends of the line. */
static void ends(
	struct page *p, enum knot_overview_style style, const char *left, const char *right)
{
	const size_t taken = columns(right);
	const size_t room = taken + 1 < p->cols ? p->cols - taken - 1 : 0;
	struct knot_text t = {0};

	knot_text_add(&t, left, cut(left, room));
	spaces(&t, p->cols - taken - (columns(left) < room ? columns(left) : room));
	knot_text_adds(&t, right);
	line(p, style, knot_text_steal(&t));
}

/* --- groups ---------------------------------------------------------------------------------- */

static void title(struct page *p)
{
	const struct knot_overview *o = p->o;
	knot_auto_free char *left = knot_xasprintf(" goknot " KNOT_VERSION "  %s%s  seed %" PRIu64,
		o->what, o->running ? "" : "  (not running)", o->seed);
	knot_auto_free char *right = knot_xasprintf("%s ", p->shape->keys);

	ends(p, KNOT_STYLE_TITLE, left, right);
}

static void progress(struct page *p)
{
	const struct knot_overview *o = p->o;
	char a[SPAN_LEN], b[NUMBER_LEN], c[NUMBER_LEN];
	knot_auto_free char *pair = ago(o->since_pair_ns);
	knot_auto_free char *found = ago(o->since_finding_ns);

	halves(p, KNOT_STYLE_PLAIN, knot_xasprintf(" run time       %s", span(a, o->elapsed_ns)),
		knot_xasprintf("runs          %s (%s/s)", number(b, (double)o->runs),
			number(c, o->runs_per_s)));
	halves(p, KNOT_STYLE_PLAIN, knot_xasprintf(" last new pair  %s", pair),
		knot_xasprintf("steps a run   %s",
			number(b, o->runs ? (double)o->steps / (double)o->runs : 0)));
	halves(p, KNOT_STYLE_PLAIN, knot_xasprintf(" last finding   %s", found),
		knot_xasprintf("processes     %s", number(b, (double)o->processes)));
}

static char *verdicts(const struct knot_overview *o)
{
	struct knot_text t = {0};

	for (size_t i = 0; i < o->verdicts_len; i++)
		if (o->verdicts[i].count)
			knot_text_addf(&t, "%s%s %" PRIu64, t.len ? ", " : "", o->verdicts[i].name,
				o->verdicts[i].count);
	if (!t.len)
		knot_text_adds(&t, "none");
	return knot_text_steal(&t);
}

static void results(struct page *p)
{
	const struct knot_overview *o = p->o;
	char a[NUMBER_LEN], b[NUMBER_LEN];
	knot_auto_free char *kinds = verdicts(o);

	knot_auto_free char *ignored = o->ignored
		? knot_xasprintf(", and %" PRIu64 " ignored", o->ignored)
		: knot_xstrdup("");

	line(p, o->findings ? KNOT_STYLE_ALARM : KNOT_STYLE_PLAIN,
		knot_xasprintf(" findings       %s%s", kinds, ignored));
	halves(p, KNOT_STYLE_HEADING, knot_xstrdup(" coverage"), knot_xstrdup("verification"));
	halves(p, KNOT_STYLE_PLAIN,
		knot_xasprintf(" pairs          %s, %s states of channels",
			number(a, (double)o->pairs), number(b, (double)o->states)),
		o->replays ? knot_xasprintf("fidelity      %.0f %% (%" PRIu64 " of %" PRIu64
					    " replays)",
				     100.0 * (double)o->replays_same / (double)o->replays,
				     o->replays_same, o->replays)
			   : knot_xstrdup("fidelity      -"));
	halves(p, KNOT_STYLE_PLAIN,
		o->recorded
			? knot_xasprintf(" corpus         %s chains, %s recorded",
				  number(a, (double)o->corpus), number(b, (double)o->recorded))
			: knot_xasprintf(" corpus         %s chains", number(a, (double)o->corpus)),
		knot_xasprintf("rejected      %" PRIu64, o->rejected));
	halves(p, KNOT_STYLE_PLAIN,
		knot_xasprintf(" chain hits     %s, wholly %s",
			percent(a, o->chain_any, o->chain_runs),
			percent(b, o->chain_all, o->chain_runs)),
		knot_xasprintf(
			"listed        %" PRIu64 ", set aside %" PRIu64, o->listed, o->set_aside));
	if (o->disk_limit_bytes) {
		knot_auto_free char *taken = knot_text_size(o->disk_bytes);
		knot_auto_free char *limit = knot_text_size(o->disk_limit_bytes);

		line(p, KNOT_STYLE_PLAIN, knot_xasprintf(" disk           %s of %s", taken, limit));
	}
	if (o->not_recorded)
		line(p, KNOT_STYLE_ALARM,
			knot_xasprintf(" not recorded   %" PRIu64
				       " (the summary of goknot fuzz tells of what)",
				o->not_recorded));
}

/* One row of the table of policies. */
static char *arm_row(const struct page *p, const char *name,
	const char *(*cell)(char buf[NUMBER_LEN], const struct knot_overview *o,
		const struct knot_overview_arm *arm))
{
	const struct knot_overview *o = p->o;
	const int width = (int)((p->cols - 12) / (o->arms_len ? o->arms_len : 1));
	struct knot_text t = {0};

	knot_text_addf(&t, " %-10s", name);
	for (size_t i = 0; i < o->arms_len; i++) {
		const int least = (int)strlen(o->arms[i].name);
		const int own = width > 9 ? 8 : width - 1;
		char buf[NUMBER_LEN];

		knot_text_addf(&t, " %*s", own > least ? own : least, cell(buf, o, &o->arms[i]));
	}
	return knot_text_steal(&t);
}

static const char *arm_name(
	char buf[NUMBER_LEN], const struct knot_overview *o, const struct knot_overview_arm *arm)
{
	(void)o;
	snprintf(buf, NUMBER_LEN, "%s", arm->name);
	return buf;
}

static const char *arm_share(
	char buf[NUMBER_LEN], const struct knot_overview *o, const struct knot_overview_arm *arm)
{
	uint64_t steps = 0;

	for (size_t i = 0; i < o->arms_len; i++)
		steps += o->arms[i].steps;
	return percent(buf, arm->steps, steps);
}

static const char *arm_pairs(
	char buf[NUMBER_LEN], const struct knot_overview *o, const struct knot_overview_arm *arm)
{
	(void)o;
	return number(buf, (double)arm->pairs);
}

static const char *arm_findings(
	char buf[NUMBER_LEN], const struct knot_overview *o, const struct knot_overview_arm *arm)
{
	(void)o;
	return number(buf, (double)arm->findings);
}

static void policies(struct page *p)
{
	if (!p->o->arms_len)
		return;
	line(p, KNOT_STYLE_HEADING, arm_row(p, "policies", arm_name));
	line(p, KNOT_STYLE_PLAIN, arm_row(p, "of steps", arm_share));
	line(p, KNOT_STYLE_PLAIN, arm_row(p, "new pairs", arm_pairs));
	line(p, KNOT_STYLE_PLAIN, arm_row(p, "findings", arm_findings));
}

/* Two beside each other. */
static void workers(struct page *p)
{
	const struct knot_overview *o = p->o;
	size_t shown = o->workers_len;
	char buf[NUMBER_LEN];

	if (!shown)
		return;
	if (p->shape->rows && shown > WORKERS_SHOWN)
		shown = WORKERS_SHOWN;
	line(p, KNOT_STYLE_HEADING,
		shown < o->workers_len
			? knot_xasprintf(" workers (%zu of %zu)", shown, o->workers_len)
			: knot_xstrdup(" workers"));
	for (size_t i = 0; i < shown; i += 2) {
		char *half[2] = {NULL, NULL};

		for (size_t k = 0; k < 2 && i + k < shown; k++) {
			const struct knot_overview_worker *w = &o->workers[i + k];

			half[k] = w->test
				? knot_xasprintf("%s%zu %s, %s runs", k ? "" : " ", i + k + 1,
					  w->test, number(buf, (double)w->runs))
				: knot_xasprintf("%s%zu idle", k ? "" : " ", i + k + 1);
		}
		halves(p, KNOT_STYLE_PLAIN, half[0], half[1] ? half[1] : knot_xstrdup(""));
	}
}

/* --- tests ----------------------------------------------------------------------------------- */

static int by_name(const struct knot_overview_target *a, const struct knot_overview_target *b)
{
	const int r = strcmp(a->package, b->package);

	return r ? r : strcmp(a->test, b->test);
}

static int more(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int compare(const void *va, const void *vb, void *arg)
{
	const struct knot_overview_target *a = *(const struct knot_overview_target *const *)va;
	const struct knot_overview_target *b = *(const struct knot_overview_target *const *)vb;
	int r = 0;

	switch (*(const enum knot_overview_sort *)arg) {
	case KNOT_OVERVIEW_BY_FINDINGS:
		r = more(a->findings, b->findings);
		if (!r)
			r = more(a->pairs, b->pairs);
		break;
	case KNOT_OVERVIEW_BY_PAIRS:
		r = more(a->pairs, b->pairs);
		break;
	case KNOT_OVERVIEW_BY_RUNS:
		r = more(a->runs, b->runs);
		break;
	case KNOT_OVERVIEW_BY_TIME:
		r = more(a->used_ns, b->used_ns);
		break;
	default:
		break;
	}
	return r ? r : by_name(a, b);
}

const char *knot_overview_sort_name(enum knot_overview_sort sort)
{
	static const char *const names[KNOT_OVERVIEW_SORTS] = {
		"findings", "pairs", "runs", "time", "name"};

	return sort < KNOT_OVERVIEW_SORTS ? names[sort] : "?";
}

static char *test_row(const struct knot_overview_target *t)
{
	char runs[NUMBER_LEN], pairs[NUMBER_LEN], hits[NUMBER_LEN], time[SPAN_LEN];

	return knot_xasprintf(" %8s %8s %6s %5" PRIu32 " %12s %c %s  %s%s",
		number(runs, (double)t->runs), number(pairs, (double)t->pairs),
		percent(hits, t->chain_any, t->chain_runs), t->findings, span(time, t->used_ns),
		t->workers ? '*' : ' ', t->test, t->aside ? "(set aside) " : "", t->package);
}

static void tests(struct page *p, size_t rows)
{
	const struct knot_overview *o = p->o;
	const struct knot_overview_target **sorted =
		knot_xalloc((o->targets_len + 1) * sizeof(void *));
	enum knot_overview_sort sort = p->shape->sort;
	size_t first = p->shape->first;

	for (size_t i = 0; i < o->targets_len; i++)
		sorted[i] = &o->targets[i];
	qsort_r(sorted, o->targets_len, sizeof(void *), compare, &sort);
	if (!p->shape->rows)
		rows = o->targets_len;
	if (first + rows > o->targets_len)
		first = o->targets_len > rows ? o->targets_len - rows : 0;
	knot_auto_free char *right =
		knot_xasprintf("%zu to %zu of %zu, by %s ", o->targets_len ? first + 1 : 0,
			first + rows < o->targets_len ? first + rows : o->targets_len,
			o->targets_len, knot_overview_sort_name(sort));

	ends(p, KNOT_STYLE_HEADING, "     runs    pairs chains found         time   test, package",
		right);
	for (size_t i = first; i < o->targets_len && i < first + rows; i++)
		line(p,
			sorted[i]->aside              ? KNOT_STYLE_DIM
				: sorted[i]->findings ? KNOT_STYLE_ALARM
						      : KNOT_STYLE_PLAIN,
			test_row(sorted[i]));
	free(sorted);
}

static void messages(struct page *p, size_t rows)
{
	const struct knot_overview_shape *s = p->shape;
	const size_t shown = s->messages_len < rows ? s->messages_len : rows;

	if (!s->messages_len || !rows)
		return;
	line(p, KNOT_STYLE_HEADING, knot_xstrdup(" messages"));
	for (size_t i = s->messages_len - shown; i < s->messages_len; i++)
		line(p, KNOT_STYLE_PLAIN, knot_xasprintf(" %s", s->messages[i]));
}

void knot_overview_layout(const struct knot_overview *o, const struct knot_overview_shape *shape,
	struct knot_overview_lines *ret_lines)
{
	struct page p = {.o = o, .shape = shape, .lines = ret_lines, .cols = shape->cols};
	size_t rest = 0, said = MESSAGES_MAX;

	if (p.cols < KNOT_OVERVIEW_COLS_MIN)
		p.cols = KNOT_OVERVIEW_COLS_MIN;
	title(&p);
	progress(&p);
	results(&p);
	policies(&p);
	workers(&p);
	if (shape->rows) {
		/* What is left goes to the tests first, then to the messages. */
		rest = shape->rows > ret_lines->list.len ? shape->rows - ret_lines->list.len : 0;
		rest -= rest > 0; /* the heading of the tests */
		said = shape->messages_len < rest / 3 ? shape->messages_len : rest / 3;
		if (said < MESSAGES_LEAST && shape->messages_len)
			said = rest > TESTS_LEAST + MESSAGES_LEAST ? MESSAGES_LEAST : 0;
		if (o->targets_len < rest - said)
			said = rest - o->targets_len; /* nobody else wants them */
		if (said)
			said--; /* the heading of the messages */
		rest -= said ? said + 1 : 0;
	}
	tests(&p, rest);
	messages(&p, said);
}

void knot_overview_free(struct knot_overview_lines *lines)
{
	for (size_t i = 0; i < lines->list.len; i++)
		free(lines->list.data[i].text);
	knot_vec_free(&lines->list);
}
