/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/finding.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "engine/crashnames.h"
#include "engine/race.h"
#include "engine/sitenames.h"
#include "explore/bucket.h"
#include "explore/describe.h"
#include "wire/gostack.h"
#include "wire/text.h"

#include <ctype.h>
#include <string.h>

#define MESSAGE_MAX 400
/* Goroutines that are told of in a crash file; a finding of thousands is of one kind. */
#define AT_END_MAX 64

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* Frames of the machinery between a panic and the code that made it. */
static bool is_machinery(const char *func)
{
	return starts(func, "runtime.") || starts(func, "sync.") ||
		starts(func, "internal/sync.") || starts(func, "testing.") ||
		starts(func, "structs.") || !strcmp(func, "panic");
}

/* The frame that panicked: the first of the program's below the innermost panic that was not a re-panic. */
static const struct knot_gostack_frame *guilty(const struct knot_gostack *s)
{
	if (!s->goroutines.len)
		return NULL;
	const struct knot_gostack_g *g = &s->goroutines.data[0];
	size_t from = 0;

	for (size_t i = 0; i < g->frames.len; i++)
		if (!strcmp(g->frames.data[i].func, "panic"))
			from = i + 1;
	for (size_t i = from; i < g->frames.len; i++)
		if (!is_machinery(g->frames.data[i].func))
			return &g->frames.data[i];
	return NULL;
}

/* The callback of time.AfterFunc itself has panicked: a watchdog. */
static bool is_watchdog(const struct knot_gostack_g *g, const struct knot_gostack_frame *at)
{
	return g->created && !strcmp(g->creator.func, "time.goFunc") &&
		at == &g->frames.data[g->frames.len - 1];
}

static uint32_t died_at(
	const char *text, size_t len, struct knot_sitenames *names, char **message, bool *watchdog)
{
	struct knot_gostack s;
	uint32_t site = 0;

	knot_gostack_parse((struct knot_span){.data = text, .len = len}, &s);
	const struct knot_gostack_frame *f = guilty(&s);

	if (f && f->line)
		site = knot_sitenames_add(names, f->file, f->line, f->func);
	if (*s.message)
		*message = knot_xstrdup(s.message);
	*watchdog = f && is_watchdog(&s.goroutines.data[0], f);
	knot_gostack_free(&s);
	return site;
}

static struct knot_span trimmed(struct knot_span s)
{
	while (s.len && isspace((unsigned char)s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len && isspace((unsigned char)s.data[s.len - 1]))
		s.len--;
	return s;
}

/*
 * The message of an assertion of testify, which begins on a line of its own: below "Error Trace:" stands "Error:" with
 * the lines that belong to it, up to an empty one or to "Test:" or "Messages:". On one line.
 */
static char *assertion(struct knot_span text)
{
	struct knot_text t = {0};
	struct knot_span line;
	bool inside = false;

	while (knot_span_take_line(&text, &line) && line.len && line.data[0] == ' ') {
		line = trimmed(line);
		if (inside &&
			(!line.len || knot_span_skip(&line, "Test:") ||
				knot_span_skip(&line, "Messages:")))
			break;
		const bool begins = !inside && knot_span_skip(&line, "Error:");

		if (inside || begins)
			knot_text_addf(&t, "%s%.*s", inside ? " " : "", (int)trimmed(line).len,
				trimmed(line).data);
		inside |= begins;
	}
	return knot_text_steal(&t);
}

static size_t indent_of(struct knot_span line)
{
	size_t n = 0;

	while (n < line.len && line.data[n] == ' ')
		n++;
	return n;
}

/*
 * The subtest or seed in whose log a line stands: "    --- FAIL: TestX/case (0.00s)" is four columns to the left of it. Empty
 * when it is the test itself, which is named elsewhere. above: all that stands before the line.
 */
static struct knot_span subtest_of(struct knot_span above, size_t indent)
{
	struct knot_span line, found = {NULL, 0};

	while (knot_span_take_line(&above, &line)) {
		const size_t at = indent_of(line);
		struct knot_span name = knot_span_of(line.data + at, line.len - at);

		if (at + 4 == indent && knot_span_skip(&name, "--- FAIL: "))
			found = name;
	}
	const size_t took = knot_span_find_last(found, '(');

	if (took == SIZE_MAX || knot_span_find(found, '/') == SIZE_MAX)
		return knot_span_of(NULL, 0);
	return knot_span_trim(knot_span_of(found.data, took));
}

static void name_subtest(struct knot_span above, size_t indent, char **message)
{
	const struct knot_span name = subtest_of(above, indent);

	if (!name.len)
		return;
	knot_auto_free char *told = knot_text_escape(name, MESSAGE_MAX);
	knot_auto_free char *words = *message;

	*message = words && *words ? knot_xasprintf("in %s: %s", told, words)
				   : knot_xasprintf("in %s", told);
}

/*
 * "    file_test.go:12: message", as package testing prints logs and failures alike. The one at the position
 * that the target has named is wanted; where it named none, the first.
 */
static uint32_t failed_at(const char *text, size_t len, const struct knot_site_name *wanted,
	struct knot_sitenames *names, char **message)
{
	const char *end = text + len;

	for (const char *line = text; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		const char *p = line;

		if (!stop)
			stop = end;
		while (p < stop && *p == ' ')
			p++;
		const char *go = p > line ? memmem(p, (size_t)(stop - p), ".go:", 4) : NULL;

		if (go && go + 4 < stop && isdigit((unsigned char)go[4])) {
			uint32_t number = 0;
			const char *q = go + 4;

			while (q < stop && isdigit((unsigned char)*q) && number < 100000000)
				number = number * 10 + (uint32_t)(*q++ - '0');
			if (q < stop && *q == ':') {
				knot_auto_free char *file = knot_xstrndup(p, (size_t)(go + 3 - p));

				if (wanted &&
					(wanted->line != number ||
						strcmp(wanted->file, file) != 0)) {
					line = stop + 1;
					continue;
				}
				while (q < stop && (*q == ':' || *q == ' '))
					q++;
				const struct knot_span rest = {.data = stop + 1,
					.len = stop < end ? (size_t)(end - stop - 1) : 0};
				knot_auto_free char *below = q == stop ? assertion(rest) : NULL;

				*message = knot_text_escape(below && *below
						? knot_span_str(below)
						: (struct knot_span){.data = q,
							  .len = (size_t)(stop - q)},
					MESSAGE_MAX);
				name_subtest(knot_span_of(text, (size_t)(line - text)),
					(size_t)(p - line), message);
				return knot_sitenames_add(
					names, file, number, wanted ? wanted->function : "");
			}
		}
		line = stop + 1;
	}
	return 0;
}

/*
 * What package testing prints of an example whose output is not the one wanted: "--- FAIL: ExampleX (0.00s)", "got:",
 * lines, "want:", lines. What the example itself has written elsewhere may come before that.
 */
static void take_example(const char *text, size_t len, char **message)
{
	static const char head[] = "--- FAIL: Example", got[] = "got:\n", want[] = "\nwant";
	struct knot_span left = {.data = text, .len = len};

	while (left.len && !*message) {
		struct knot_span line;

		if (!knot_span_take_line(&left, &line))
			return;
		if (!knot_span_skip(&line, head) || !knot_span_skip(&left, got) ||
			!memmem(left.data, left.len, want, strlen(want)))
			continue;
		left.data -= strlen(got);
		left.len += strlen(got);
		while (left.len && left.data[left.len - 1] == '\n')
			left.len--;
		*message = knot_text_escape(left, MESSAGE_MAX);
	}
}

/* The pre-bucket of a failed test, and of a program's os.Exit, holds the site in its lower half. */
static const struct knot_site_name *named_failure(
	const struct knot_shm_result *r, struct knot_sitenames *names)
{
	if (r->bucket >> 32 != r->end)
		return NULL;
	return knot_names_site(knot_sitenames_view(names), (uint32_t)r->bucket);
}

/* A failure without a word (t.Fail) has its position all the same. */
static uint32_t failure(const struct knot_shm_result *r, const char *out, size_t out_len,
	struct knot_sitenames *names, char **message)
{
	const struct knot_site_name *at = named_failure(r, names);
	uint32_t site = failed_at(out, out_len, at, names, message);

	if (!site && at)
		site = knot_sitenames_add(names, at->file, at->line, at->function);
	if (!*message)
		take_example(out, out_len, message);
	return site;
}

/* Package flag prints how a program is used below what was wrong. */
static struct knot_span before_usage(struct knot_span text)
{
	static const char usage[] = "\nUsage";
	const char *at = memmem(text.data, text.len, usage, strlen(usage));
	const struct knot_span above = {
		.data = text.data, .len = at ? (size_t)(at - text.data) : text.len};

	return trimmed(trimmed(above).len ? above : text);
}

char *knot_finding_last_words(const char *out, size_t out_len, const char *err_text, size_t err_len)
{
	struct knot_span s = trimmed((struct knot_span){.data = err_text, .len = err_len});

	if (!s.len)
		s = trimmed((struct knot_span){.data = out, .len = out_len});
	s = s.len ? before_usage(s) : s;
	const char *before = s.len ? memrchr(s.data, '\n', s.len) : NULL;

	if (before) {
		s.len -= (size_t)(before + 1 - s.data);
		s.data = before + 1;
	}
	return s.len ? knot_text_escape(s, MESSAGE_MAX) : knot_xstrdup("");
}

/* A program that gives up says why last. */
static uint32_t exited(const struct knot_shm_result *r, const char *text, size_t len,
	struct knot_sitenames *names, char **message)
{
	const struct knot_site_name *at = named_failure(r, names);

	*message = knot_finding_last_words(NULL, 0, text, len);
	return at ? knot_sitenames_add(names, at->file, at->line, at->function) : 0;
}

/* What the shim prints of a run that does not come to the end of its test. NULL = nothing. */
static char *failed_before(const char *text, size_t len)
{
	static const char head[] = "\ngoknot: the test had failed before, at ";
	const char *at = memmem(text, len, head, strlen(head));

	if (!at)
		return NULL;
	struct knot_span left = {.data = at + 1, .len = len - (size_t)(at + 1 - text)}, line;

	if (!knot_span_take_line(&left, &line) || !knot_span_skip(&line, "goknot: "))
		return NULL;
	return knot_text_escape(line, MESSAGE_MAX);
}

/* Nothing has failed but that the run does not end. */
static bool does_not_end(uint32_t end)
{
	return end == KNOT_END_DEADLOCK || end == KNOT_END_EXTWAIT || end == KNOT_END_STEPS ||
		end == KNOT_END_TIMEOUT;
}

void knot_finding_judge(const struct knot_record *rec, const struct knot_race *race,
	const char *out, size_t out_len, const char *err_text, size_t err_len, bool always,
	struct knot_sitenames *names, struct knot_finding *ret_finding)
{
	const struct knot_shm_result *r = &rec->result;
	uint32_t sites[2] = {0};
	char *message = NULL;
	bool watchdog = false;

	if (race) {
		knot_race_sites(race, names, sites);
		message = knot_race_message(race);
	} else if (err_text &&
		(r->end == KNOT_END_PANIC || r->end == KNOT_END_FATAL || rec->signal)) {
		sites[0] = died_at(err_text, err_len, names, &message, &watchdog);
	} else if (out && r->end == KNOT_END_FAIL) {
		sites[0] = failure(r, out, out_len, names, &message);
	} else if (err_text && r->end == KNOT_END_OSEXIT && r->flags & KNOT_RUN_PROGRAM) {
		sites[0] = exited(r, err_text, err_len, names, &message);
	} else if (err_text && does_not_end(r->end)) {
		message = failed_before(err_text, err_len);
	}
	if (!race && rec->over_memory) {
		free(message);
		message = knot_xstrdup("out of memory: it took more than -memory allows");
	}
	if (!race && rec->over_processes) {
		free(message);
		message = knot_xasprintf("it had more than %u processes", rec->over_processes);
	}
	const size_t count = (sites[0] != 0) + (sites[1] != 0);

	if (!sites[0])
		sites[0] = sites[1];
	const struct knot_verdict_input in = {
		.end = r->end,
		.flags = r->flags,
		.steps = r->steps,
		.lost = r->lost,
		.bucket = r->bucket,
		.early_ns = r->early_ns,
		.signal = rec->signal,
		.exit_code = rec->exit_code,
		.timed_out = rec->timed_out,
		.race = race,
		.always = always,
		.snaps = rec->snaps.data,
		.snaps_len = rec->snaps.len,
		.view = knot_record_view(rec),
		.names = knot_sitenames_view(names),
		.fail_sites = count ? sites : NULL,
		.fail_sites_len = count,
		.message = message,
		.watchdog = watchdog,
	};
	struct knot_finding f = {.race = race};

	knot_verdict_decide(&in, &f.verdict);
	f.bucket = knot_bucket_hash(&f.verdict);
	f.title = knot_bucket_title(&f.verdict, in.names);
	f.message = message ? message : knot_xstrdup("");
	*ret_finding = f;
}

void knot_finding_free(struct knot_finding *f)
{
	knot_verdict_free(&f->verdict);
	free(f->title);
	free(f->message);
	*f = (struct knot_finding){0};
}

const struct knot_race *knot_finding_race(
	const struct knot_record *rec, uint64_t bucket, struct knot_sitenames *names)
{
	const struct knot_race *found = NULL;

	for (size_t i = 0; i < rec->races.len && !found; i++) {
		struct knot_finding f;

		knot_finding_judge(rec, &rec->races.data[i], NULL, 0, NULL, 0, false, names, &f);
		if (f.bucket == bucket)
			found = &rec->races.data[i];
		knot_finding_free(&f);
	}
	return found;
}

size_t knot_finding_lines(const struct knot_finding *f)
{
	return f->race ? knot_race_lines(f->race) : knot_describe_lines(&f->verdict);
}

char *knot_finding_line(const struct knot_finding *f, size_t nth, const struct knot_record *rec,
	const struct knot_sitenames *names)
{
	const struct knot_run_view view = knot_record_view(rec);

	if (f->race)
		return knot_race_line(f->race, nth);
	return knot_describe_line(&f->verdict, nth, &view, knot_sitenames_view(names));
}

void knot_finding_describe(const struct knot_finding *f, const struct knot_record *rec,
	struct knot_sitenames *names, struct knot_crash *crash)
{
	const struct knot_names *view = knot_sitenames_view(names);
	const struct knot_run_view run = knot_record_view(rec);
	const struct knot_shm_result *r = &rec->result;

	crash->verdict = knot_xstrdup(knot_verdict_name(f->verdict.kind));
	crash->message = knot_xstrdup(f->message);
	const char *proof = knot_proof_name(f->verdict.proof);

	crash->proof = proof ? knot_xstrdup(proof) : NULL;
	crash->bucket = f->bucket;
	crash->end = r->end;
	crash->run_flags = r->flags &
		(KNOT_RUN_EXTERNAL | KNOT_RUN_LIVE_LEFT | KNOT_RUN_EARLY_TIMER |
			KNOT_RUN_FAIR_TAIL | KNOT_RUN_TRUNCATED | KNOT_RUN_PREEMPTED);
	crash->steps = r->steps;
	crash->virtual_ns = r->virtual_ns;
	crash->schedule_hash = r->hash;
	for (size_t i = 0; i < knot_bucket_signature_len(&f->verdict); i++)
		knot_vec_push(&crash->signature, knot_bucket_signature(&f->verdict, i, view));
	/* Who spins beside whom is what tells one run that does not end from another. */
	for (size_t i = 0;
		f->verdict.spinners.list.len && i < knot_finding_lines(f) && i < AT_END_MAX; i++)
		knot_vec_push(&crash->at_end, knot_finding_line(f, i, rec, names));
	for (size_t i = 0; i < rec->gs.len && i < KNOT_CRASH_MAX_LIST; i++)
		knot_vec_push(&crash->goroutines,
			((struct knot_crash_goroutine){
				.g = (uint32_t)i,
				.path = rec->gs.data[i].path,
				.gpath = knot_describe_path(&run, (uint16_t)i, view),
			}));
	for (size_t i = 0; i < rec->decisions.len; i++)
		knot_vec_push(&crash->decisions, rec->decisions.data[i]);
	knot_crashnames_fill(&f->verdict, rec, names, crash);
}

void knot_finding_describe_chain(const struct knot_chain *chain, const struct knot_record *rec,
	struct knot_sitenames *names, struct knot_crash *crash)
{
	const struct knot_names *view_names = knot_sitenames_view(names);
	const struct knot_run_view view = knot_record_view(rec);

	knot_crash_forget_chain(crash);
	for (uint32_t i = 0; i < chain->len; i++) {
		const struct knot_chain_op *op = &chain->ops[i];
		const struct knot_site_name *site = knot_names_site(view_names, op->site);
		char *primitive = site && site->primitive ? knot_xstrdup(site->primitive) : NULL;
		char *gpath = NULL;

		for (size_t g = 0; g < rec->gs.len && !gpath; g++)
			if (rec->gs.data[g].path == op->gpath)
				gpath = knot_describe_path(&view, (uint16_t)g, view_names);
		knot_vec_push(&crash->chain,
			((struct knot_crash_op){.op = *op,
				.gpath = gpath,
				.pos = knot_describe_site(view_names, op->site),
				.prim = primitive}));
	}
}
