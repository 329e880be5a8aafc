/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/fuzz_view.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "cmd/session.h"
#include "engine/minimize.h"
#include "engine/news.h"
#include "engine/sitenames.h"
#include "sys/clock.h"
#include "view/screen.h"
#include "view/stats.h"
#include "wire/ignore.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LINE_NS (3 * KNOT_NS_PER_S)
#define DRAW_NS (200 * KNOT_NS_PER_MS)
#define LOOK_NS KNOT_NS_PER_S /* without a screen: whether a line or the statistics are due */
#define STATS_NS (5 * KNOT_NS_PER_S)
#define MINUTE_NS (60 * KNOT_NS_PER_S)

/* Runs a second over the last one to two windows. */
struct rate {
	uint64_t window_ns;
	uint64_t at_ns[2], runs[2]; /* the newer mark first */
};

struct knot_fuzz_view {
	struct knot_fuzz_view_options options;
	struct knot_screen *screen; /* NULL = lines */
	FILE *out; /* standard output, or what is printed once the screen is gone */
	char *held;
	size_t held_len;
	struct knot_campaign_status last; /* at the last line */
	uint64_t line_ns, stats_ns; /* when the last ones were due */
	struct rate lately, minute;
	struct knot_overview_page page;
	const struct knot_campaign *campaign;
	const struct knot_campaign_options *campaign_options;
	const char *what;
	int64_t start_s;
	bool stats_failed;
};

static double rate_of(struct rate *r, uint64_t now_ns, uint64_t runs)
{
	if (now_ns - r->at_ns[0] >= r->window_ns) {
		r->at_ns[1] = r->at_ns[0];
		r->runs[1] = r->runs[0];
		r->at_ns[0] = now_ns;
		r->runs[0] = runs;
	}
	return now_ns > r->at_ns[1]
		? (double)(runs - r->runs[1]) * 1e9 / (double)(now_ns - r->at_ns[1])
		: 0;
}

static void say(struct knot_fuzz_view *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct knot_fuzz_view *v, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) >= 0)
		knot_screen_say(v->screen, text);
	va_end(ap);
	free(text);
}

static void note(struct knot_fuzz_view *v, const char *text)
{
	v->options.emit->note(v->out, text);
	if (v->screen)
		knot_screen_say(v->screen, text);
}

/* Nobody reads on, or the disk is full: what is found from here on would go unseen, so the campaign ends. */
static void stop_when_unread(void)
{
	if (ferror(stdout))
		knot_session_cancel();
}

static struct knot_emit_progress convert(
	struct knot_fuzz_view *v, const struct knot_campaign_status *st)
{
	struct knot_emit_progress p = {
		.elapsed_ns = st->elapsed_ns,
		.runs = st->runs,
		.runs_since = st->runs - v->last.runs,
		.since_ns = st->elapsed_ns - v->last.elapsed_ns,
		.pairs = st->pairs,
		.states = st->states,
		.pairs_since = st->pairs - v->last.pairs,
		.chain_runs = st->chain_runs,
		.chain_any = st->chain_any,
		.chain_all = st->chain_all,
		.corpus = st->corpus,
		.processes = st->processes,
		.steps = st->steps,
		.findings = st->findings,
		.duplicates = st->duplicates,
		.rejected = st->rejected,
		.listed = st->listed,
		.ignored = st->ignored,
		.fixed = st->fixed,
		.targets = st->targets,
		.programs = st->programs,
		.set_aside = st->set_aside,
		.workers = st->workers,
		.replays = st->replays,
		.replays_same = st->replays_same,
		.audits = st->audits,
		.audits_same = st->audits_same,
		.checks = st->probe.checks,
		.checks_same = st->probe.checks_same,
		.checked_events = st->probe.checked_events,
		.checks_raced = st->probe.raced,
		.runtime_checks = st->probe.entered,
		.runtime_checks_same = st->probe.entered_same,
		.runtime_checks_unknown = st->probe.entered_unknown,
		.runtime_pairs = st->probe.entered_pairs,
		.runtime_lost = st->probe.entered_lost,
		.probe_records = st->probe.records,
		.probe_lost = st->probe.lost,
		.probe_incomplete = st->probe.incomplete,
		.trials_refused = st->trials_refused,
		.trials_refused_had = st->trials_refused_had,
		.trials_tried = st->trials_tried,
		.trials_tried_had = st->trials_tried_had,
		.events_lost = st->events_lost,
		.hooks_missed = st->hooks_missed,
		.pairs_full = st->pairs_full,
		.sites_full = st->sites_full,
		.prims_full = st->prims_full,
		.races_lost = st->races_lost,
		.preempts = st->preempts,
	};

	_Static_assert(sizeof(p.runtime_left) == sizeof(st->probe.entered_left), "by rule");
	memcpy(p.runtime_left, st->probe.entered_left, sizeof(p.runtime_left));
	v->last = *st;
	return p;
}

/* --- files for other programs ---------------------------------------------------------------- */

/* now less since, in seconds; 0 = never. */
static int64_t when(int64_t now_s, uint64_t since_ns)
{
	return since_ns == UINT64_MAX ? 0 : now_s - (int64_t)(since_ns / KNOT_NS_PER_S);
}

/* That the statistics cannot be written is told once, and is no reason to stop. */
static void write_stats(struct knot_fuzz_view *v, const struct knot_campaign_status *st)
{
	const struct knot_campaign_options *o = v->campaign_options;
	const int64_t now_s = (int64_t)(knot_clock_wall_ns() / KNOT_NS_PER_S);
	struct rusage usage = {0};
	struct knot_error err = {0};

	getrusage(RUSAGE_SELF, &usage);
	const struct knot_stats s = {
		.overview = &v->page.overview,
		.command_line = o->command_line,
		.mode = o->native ? "native" : "controlled",
		.start_s = v->start_s,
		.now_s = now_s,
		.last_pair_s = when(now_s, st->since_pair_ns),
		.last_finding_s = when(now_s, st->since_finding_ns),
		.last_hang_s = when(now_s, st->since_hang_ns),
		.pid = getpid(),
		.cycles = st->cycles,
		.pending = st->pending,
		.imported = st->earlier[KNOT_LIVE_IMPORTED] + st->imported,
		.runs_at_finding = v->page.overview.runs - st->runs + st->runs_at_finding,
		.timeout_ms = o->timeout_ns / KNOT_NS_PER_MS,
		.longest_chain = st->longest_chain,
		.peak_rss_mb = (uint64_t)usage.ru_maxrss / 1024,
		.runs_per_s_all =
			st->elapsed_ns ? (double)st->runs * 1e9 / (double)st->elapsed_ns : 0,
		.runs_per_s_minute = rate_of(&v->minute, st->elapsed_ns, st->runs),
	};
	int rc = knot_stats_write(o->campaign_dir, &s, &err);

	if (!rc && v->options.metrics)
		rc = knot_stats_write_metrics(v->options.metrics, &s, &err);
	if (rc && !v->stats_failed) {
		v->stats_failed = true;
		note(v, err.message);
	}
}

/* --- what the campaign tells ----------------------------------------------------------------- */

static void fill_page(struct knot_fuzz_view *v, const struct knot_campaign_status *st)
{
	knot_overview_from_campaign(v->campaign, st, v->campaign_options, v->what, &v->page);
	v->page.overview.runs_per_s = rate_of(&v->lately, st->elapsed_ns, st->runs);
}

static void on_progress(void *arg, const struct knot_campaign_status *st)
{
	struct knot_fuzz_view *v = arg;
	const bool stats = st->elapsed_ns - v->stats_ns >= STATS_NS;

	if (v->screen || stats)
		fill_page(v, st);
	if (stats) {
		v->stats_ns = st->elapsed_ns;
		write_stats(v, st);
	}
	if (v->screen) {
		if (!knot_screen_draw(v->screen, &v->page.overview))
			knot_session_cancel();
	} else if (st->elapsed_ns - v->line_ns >= LINE_NS && !v->options.quiet) {
		const struct knot_emit_progress p = convert(v, st);

		/* One that is late does not make the next one late. */
		v->line_ns += (st->elapsed_ns - v->line_ns) / LINE_NS * LINE_NS;
		v->options.emit->progress(v->out, &p);
	}
	stop_when_unread();
}

/* As seen from here. */
static const char *shown(const struct knot_fuzz_view *v, const char *file)
{
	const size_t cwd = strlen(v->options.cwd);

	return file && !strncmp(file, v->options.cwd, cwd) && file[cwd] == '/' ? file + cwd + 1
									       : file;
}

static void on_finding(struct knot_fuzz_view *v, const struct knot_campaign_news_item *n)
{
	const struct knot_verdict *verdict = &n->finding->verdict;
	size_t count = knot_finding_lines(n->finding);
	char **lines = knot_xalloc((count + 1) * sizeof(*lines));
	knot_auto_free char *fixed = knot_text_day(n->fixed_ns);

	for (size_t i = 0; i < count; i++)
		lines[i] = knot_finding_line(n->finding, i, n->record, n->names);
	const struct knot_emit_finding f = {
		.package = n->target->package,
		.test = n->target->name,
		.verdict = knot_verdict_name(verdict->kind),
		.title = n->finding->title,
		.message = n->finding->message,
		.proof = knot_proof_name(verdict->proof),
		.crash_file = shown(v, n->crash_file),
		.replay_flags = v->options.replay_flags,
		.lines_are = n->finding->race ? "stacks" : "waits",
		.lines = (const char *const *)lines,
		.lines_len = count,
		.bucket = n->finding->bucket,
		.schedule_hash = n->record->result.hash,
		.early_ns = n->record->result.early_ns,
		.steps = n->record->result.steps,
		.external = n->record->result.flags & KNOT_RUN_EXTERNAL,
		.native = n->native,
		.tries = n->tries,
		.reproduced = n->same,
		.controlled_file = shown(v, n->controlled_file),
		.fixed = n->fixed_ns ? fixed : NULL,
		.to_ignore = n->to_ignore,
		.critical = n->critical,
		.critical_len = n->critical_len,
		.minimized = n->minimized,
		.not_smaller = n->minimized ? knot_minimize_end_text(n->minimized->end) : NULL,
		.preemptions = n->minimized ? n->minimized->after.preemptions : 0,
		.preemptions_before = n->minimized ? n->minimized->before.preemptions : 0,
	};

	v->options.emit->finding(v->out, &f);
	if (v->screen) {
		say(v, "FOUND %s: %s%s", f.test, f.fixed ? "regression: " : "", f.title);
		say(v, "      %s", f.crash_file);
	}
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
}

static void on_audit(struct knot_fuzz_view *v, const struct knot_campaign_news_item *n)
{
	const struct knot_verdict *verdict = &n->finding->verdict;
	const struct knot_shm_result *r = &n->record->result;
	const struct knot_emit_audit a = {
		.package = n->target->package,
		.test = n->target->name,
		.verdict = knot_verdict_name(verdict->kind),
		.end = n->record->timed_out ? "timeout" : knot_end_name(r->end),
		.title = n->finding->title,
		.why = n->text,
		.schedule_hash = r->hash,
		.steps = r->steps,
		.early_ns = r->early_ns,
		.virtual_ns = r->virtual_ns,
		.cpu_ns = n->audit->cpu_ns,
		.wall_ns = n->audit->wall_ns,
		.external = r->flags & KNOT_RUN_EXTERNAL,
		.reproduced = n->audit->reproduced,
		.same_hash = n->audit->same_hash,
	};

	v->options.emit->audit(v->out, &a);
}

static void on_trial(struct knot_fuzz_view *v, const struct knot_campaign_news_item *n)
{
	const struct knot_emit_trial t = {
		.package = n->target->package,
		.test = n->target->name,
		.chain = n->trial->chain,
		.why = n->trial->why,
		.refused_now = n->trial->refused_now,
		.len = n->trial->len,
		.runs = n->trial->runs,
		.earlier = n->trial->earlier,
		.earlier_whole = n->trial->earlier_whole,
		.had = n->trial->had,
	};

	v->options.emit->trial(v->out, &t);
}

static void on_news(void *arg, const struct knot_campaign_news_item *n)
{
	struct knot_fuzz_view *v = arg;
	const char *kind = n->kind == KNOT_NEWS_LISTED ? "listed"
		: n->kind == KNOT_NEWS_IGNORED         ? "ignored"
		: n->kind == KNOT_NEWS_FIXED           ? "fixed"
		: n->kind == KNOT_NEWS_DIVERGED        ? "diverged"
		: n->kind == KNOT_NEWS_INCONCLUSIVE    ? "inconclusive"
		: n->kind == KNOT_NEWS_REJECTED        ? "rejected"
						       : "set aside";

	if (n->kind == KNOT_NEWS_FINDING)
		on_finding(v, n);
	else if (n->kind == KNOT_NEWS_AUDIT)
		on_audit(v, n);
	else if (n->kind == KNOT_NEWS_TRIAL)
		on_trial(v, n);
	else if (n->kind == KNOT_NEWS_NOTE || !n->target)
		note(v, n->text);
	else {
		const char *title = n->title ? n->title : n->finding ? n->finding->title : NULL;
		const char *message = n->message && *n->message ? n->message : NULL;
		/* It begins with the kind. */
		const struct knot_span said = knot_span_str(n->text ? n->text : "");
		struct knot_span rest = said;
		const char *why = knot_span_skip(&rest, kind) && knot_span_skip(&rest, ": ")
			? rest.data
			: n->text;

		const struct knot_emit_listed l = {.kind = kind,
			.package = n->target->package,
			.test = n->target->name,
			.title = title,
			.message = message,
			.why = why};

		v->options.emit->listed(v->out, &l);
		if (v->screen)
			say(v, "%s %s%s%s%s%s (%s)", kind, n->target->name, title ? ": " : "",
				title ? title : "", message ? ": " : "", message ? message : "",
				why);
	}
	stop_when_unread();
}

/* --- from the start to the end --------------------------------------------------------------- */

struct knot_fuzz_view *knot_fuzz_view_open(const struct knot_fuzz_view_options *options)
{
	struct knot_fuzz_view *v = knot_xalloc(sizeof(*v));

	v->options = *options;
	v->out = stdout;
	v->lately.window_ns = LINE_NS;
	v->minute.window_ns = MINUTE_NS;
	return v;
}

void knot_fuzz_view_note(void *view, const char *text)
{
	struct knot_fuzz_view *v = view;

	if (!v->options.quiet)
		note(v, text);
	stop_when_unread();
}

void knot_fuzz_view_say(struct knot_fuzz_view *v, const char *text)
{
	note(v, text);
}

static bool wants_screen(const struct knot_fuzz_view *v)
{
	return v->options.screen && !v->options.quiet && knot_screen_possible();
}

struct knot_campaign_view knot_fuzz_view_campaign(struct knot_fuzz_view *v)
{
	return (struct knot_campaign_view){.progress = on_progress,
		.news = on_news,
		.arg = v,
		.interval_ns = wants_screen(v) ? DRAW_NS : LOOK_NS};
}

void knot_fuzz_view_begin(struct knot_fuzz_view *v, const struct knot_campaign *campaign,
	const struct knot_campaign_options *options, const char *what)
{
	v->campaign = campaign;
	v->campaign_options = options;
	v->what = what;
	v->start_s = (int64_t)(knot_clock_wall_ns() / KNOT_NS_PER_S);
	if (!wants_screen(v))
		return;
	fflush(stdout);
	v->screen = knot_screen_open();
	FILE *held = v->screen ? open_memstream(&v->held, &v->held_len) : NULL;

	if (held)
		v->out = held;
}

/* The terminal, and what could not be printed meanwhile. */
static void give_back(struct knot_fuzz_view *v)
{
	knot_screen_close(v->screen);
	v->screen = NULL;
	if (v->out == stdout)
		return;
	fclose(v->out);
	v->out = stdout;
	fputs(v->held, stdout);
	free(v->held);
	v->held = NULL;
}

static void tell_ignores(const struct knot_fuzz_view *v, const struct knot_ignore *ignore)
{
	for (size_t i = 0; i < ignore->entries.len; i++) {
		const struct knot_ignore_entry *x = &ignore->entries.data[i];
		knot_auto_free char *at = knot_xasprintf("%s:%zu", ignore->name, x->line);

		v->options.emit->ignore(v->out, at, x->text, x->matched);
	}
}

void knot_fuzz_view_end(struct knot_fuzz_view *v, const struct knot_campaign_status *st)
{
	const struct knot_emit_progress p = convert(v, st);

	give_back(v);
	fill_page(v, st);
	write_stats(v, st);
	if (v->campaign_options->ignore)
		tell_ignores(v, v->campaign_options->ignore);
	v->options.emit->summary(stdout, &p);
}

void knot_fuzz_view_close(struct knot_fuzz_view *v)
{
	if (!v)
		return;
	give_back(v);
	knot_overview_page_free(&v->page);
	free(v);
}
