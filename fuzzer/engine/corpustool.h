/* SPDX-License-Identifier: BSD-2-Clause */
/* What goknot corpus does with a campaign directory that no campaign need run in: min, export, import. */
#ifndef KNOT_ENGINE_CORPUSTOOL_H
#define KNOT_ENGINE_CORPUSTOOL_H

#include <stddef.h>
#include <stdint.h>

struct knot_corpusrecord_report;
struct knot_error;

struct knot_corpustool_counts {
	uint64_t tests; /* with chains */
	uint64_t chains; /* looked at */
	uint64_t kept, dropped; /* min */
	uint64_t files_removed; /* min */
	uint64_t written, there; /* export and import: files; those that were there already */
	uint64_t stay_out; /* import: chains that min dropped */
	uint64_t rubbish; /* import: files that are none */
	uint64_t recordings, recordings_without; /* import: those read; those that gave no chain */
};

/*
 * Drops entries whose pairs others cover (explore/cover.h), each test by itself, and the files of chains that are
 * dropped, now or earlier. Locks the directory: KNOT_EBUSY while a campaign runs there.
 */
int knot_corpustool_min(
	const char *dir, struct knot_corpustool_counts *ret_counts, struct knot_error *err);
/* Every chain of the corpus as a file in to, which is made. A campaign may run in dir. */
int knot_corpustool_export(const char *dir, const char *to,
	struct knot_corpustool_counts *ret_counts, struct knot_error *err);

struct knot_corpustool_import {
	const char *dir; /* a campaign directory, or one that is made */
	char *const *files; /* corpus files, directories of them, and recordings */
	size_t files_len;
	/* A file that is none, and why; it is passed over. */
	void (*rubbish)(void *arg, const char *path, const char *why);
	/* What has become of a recording. */
	void (*recorded)(void *arg, const struct knot_corpusrecord_report *report);
	void *arg;
};

/* The chains of the files into dir's corpus/, where a campaign takes them up; it may run meanwhile. */
int knot_corpustool_import(const struct knot_corpustool_import *options,
	struct knot_corpustool_counts *ret_counts, struct knot_error *err);

#endif
