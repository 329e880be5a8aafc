/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a campaign as files that other programs read:
 *
 *   fuzzer_stats, plot_data   with the keys and columns of AFL++ 4 (docs/afl-fuzz_approach.md there), so that
 *                             afl-whatsup, afl-plot and what was written around them go on working
 *   a text file of metrics    in Prometheus' exposition format 0.0.4, for the textfile collector of its node exporter
 *
 * Which of goknot's numbers stands under which of AFL's keys is told in goknot-status(1).
 */
#ifndef KNOT_VIEW_STATS_H
#define KNOT_VIEW_STATS_H

#include <stdint.h>

struct knot_error;
struct knot_overview;

/* What the files have beside the overview. */
struct knot_stats {
	const struct knot_overview *overview;
	const char *command_line; /* escaped */
	const char *mode; /* "controlled", "native" */
	int64_t start_s, now_s; /* wall clock; the start is that of the first session */
	int64_t last_pair_s, last_finding_s, last_hang_s; /* 0 = none so far */
	int64_t pid;
	uint64_t cycles; /* turns that every test has had */
	uint64_t pending; /* chains that were never mutated */
	uint64_t imported; /* chains, those from recordings with them */
	uint64_t runs_at_finding; /* runs so far when the last finding came */
	uint64_t timeout_ms;
	uint64_t longest_chain;
	uint64_t peak_rss_mb;
	double runs_per_s_all, runs_per_s_minute;
};

#define KNOT_STATS_PLOT_MAX_BYTES (4u << 20)

/* Writes fuzzer_stats anew and adds a line to plot_data, which is made when missing and thinned when too long. */
int knot_stats_write(const char *dir, const struct knot_stats *s, struct knot_error *err);
/* Writes the metrics anew, in one step for who reads. */
int knot_stats_write_metrics(const char *file, const struct knot_stats *s, struct knot_error *err);

#endif
