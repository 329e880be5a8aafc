/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/stats.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "view/overview.h"
#include "view/stats_file.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PLOT_COLUMNS \
	"# relative_time, cycles_done, cur_item, corpus_count, pending_total, pending_favs, " \
	"map_size, " \
	"saved_crashes, saved_hangs, max_depth, execs_per_sec, total_execs, edges_found\n"

/* What AFL calls a hang: it did not come to an end. */
static uint64_t hangs(const struct knot_overview *o)
{
	uint64_t n = 0;

	for (size_t i = 0; i < o->verdicts_len; i++)
		if (!strcmp(o->verdicts[i].name, "timeout") ||
			!strcmp(o->verdicts[i].name, "livelock"))
			n += o->verdicts[i].count;
	return n;
}

static double fidelity(const struct knot_overview *o)
{
	return o->replays ? 100.0 * (double)o->replays_same / (double)o->replays : 100.0;
}

static void print_stats(FILE *f, const void *arg)
{
	const struct knot_stats *s = arg;
	const struct knot_overview *o = s->overview;
	const uint64_t hung = hangs(o);

	fprintf(f, "start_time        : %" PRId64 "\n", s->start_s);
	fprintf(f, "last_update       : %" PRId64 "\n", s->now_s);
	fprintf(f, "run_time          : %" PRIu64 "\n", o->elapsed_ns / 1000000000);
	fprintf(f, "fuzzer_pid        : %" PRId64 "\n", s->pid);
	fprintf(f, "cycles_done       : %" PRIu64 "\n", s->cycles);
	fprintf(f, "execs_done        : %" PRIu64 "\n", o->runs);
	fprintf(f, "execs_per_sec     : %.2f\n", s->runs_per_s_all);
	fprintf(f, "execs_ps_last_min : %.2f\n", s->runs_per_s_minute);
	fprintf(f, "corpus_count      : %" PRIu64 "\n", o->corpus);
	fprintf(f, "corpus_found      : %" PRIu64 "\n",
		o->corpus > s->imported ? o->corpus - s->imported : 0);
	fprintf(f, "corpus_imported   : %" PRIu64 "\n", s->imported);
	fprintf(f, "corpus_recorded   : %" PRIu64 "\n", o->recorded);
	fprintf(f, "max_depth         : %" PRIu64 "\n", s->longest_chain);
	fprintf(f, "cur_item          : %" PRIu64 "\n", o->corpus - s->pending);
	fprintf(f, "pending_favs      : %" PRIu64 "\n", s->pending);
	fprintf(f, "pending_total     : %" PRIu64 "\n", s->pending);
	fprintf(f, "stability         : %.2f%%\n", fidelity(o));
	fprintf(f, "bitmap_cvg        : n/a\n");
	fprintf(f, "saved_crashes     : %" PRIu64 "\n", o->findings - hung);
	fprintf(f, "saved_hangs       : %" PRIu64 "\n", hung);
	fprintf(f, "last_find         : %" PRId64 "\n", s->last_pair_s);
	fprintf(f, "last_crash        : %" PRId64 "\n", s->last_finding_s);
	fprintf(f, "last_hang         : %" PRId64 "\n", s->last_hang_s);
	fprintf(f, "execs_since_crash : %" PRIu64 "\n",
		o->runs > s->runs_at_finding ? o->runs - s->runs_at_finding : 0);
	fprintf(f, "exec_timeout      : %" PRIu64 "\n", s->timeout_ms);
	fprintf(f, "peak_rss_mb       : %" PRIu64 "\n", s->peak_rss_mb);
	fprintf(f, "edges_found       : %" PRIu64 "\n", o->pairs);
	fprintf(f, "channel_states    : %" PRIu64 "\n", o->states);
	fprintf(f, "afl_banner        : %s\n", o->what);
	fprintf(f, "afl_version       : goknot " KNOT_VERSION "\n");
	fprintf(f, "target_mode       : %s\n", s->mode);
	fprintf(f, "command_line      : %s\n", s->command_line);
}

/* Every other line goes when the file has grown long: a night takes a megabyte, a year more than a reader wants. */
static int thin_plot(const char *path, struct knot_error *err)
{
	knot_auto_free char *data = NULL;
	struct knot_text kept = {0};
	struct knot_span rest, line;
	size_t len, n = 0;
	int rc = knot_file_read(path, (size_t)2 * KNOT_STATS_PLOT_MAX_BYTES, &data, &len, err);

	if (rc)
		return rc;
	rest = knot_span_of(data, len);
	while (knot_span_take_line(&rest, &line))
		if (n++ % 2 == 0) {
			knot_text_add(&kept, line.data, line.len);
			knot_text_adds(&kept, "\n");
		}
	rc = knot_file_replace(path, kept.data ? kept.data : "", kept.len, err);
	knot_text_free(&kept);
	return rc;
}

static int add_plot_line(const char *dir, const struct knot_stats *s, struct knot_error *err)
{
	const struct knot_overview *o = s->overview;
	knot_auto_free char *path = knot_xasprintf("%s/plot_data", dir);
	FILE *f = fopen(path, "ae");

	if (!f)
		return knot_error_sys(err, "%s", path);
	struct stat st;

	const bool known = fstat(fileno(f), &st) == 0;

	if (known && st.st_size == 0)
		fputs(PLOT_COLUMNS, f);
	const uint64_t hung = hangs(o);

	fprintf(f,
		"%" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64
		", n/a, %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %.2f, %" PRIu64 ", %" PRIu64 "\n",
		o->elapsed_ns / 1000000000, s->cycles, o->corpus - s->pending, o->corpus,
		s->pending, s->pending, o->findings - hung, hung, s->longest_chain, o->runs_per_s,
		o->runs, o->pairs);
	if (fclose(f))
		return knot_error_sys(err, "%s", path);
	return known && st.st_size > KNOT_STATS_PLOT_MAX_BYTES ? thin_plot(path, err) : 0;
}

int knot_stats_replace(const char *path, void (*print)(FILE *f, const void *arg), const void *arg,
	struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return knot_error_sys(err, "%s", path);
	print(f, arg);
	if (fclose(f))
		return knot_error_sys(err, "%s", path);
	/* The next ones come in seconds, and the campaign would wait for the disk. */
	return knot_file_replace(path, text, len, err);
}

int knot_stats_write(const char *dir, const struct knot_stats *s, struct knot_error *err)
{
	knot_auto_free char *path = knot_xasprintf("%s/fuzzer_stats", dir);
	int rc = knot_stats_replace(path, print_stats, s, err);

	return rc ? rc : add_plot_line(dir, s, err);
}
