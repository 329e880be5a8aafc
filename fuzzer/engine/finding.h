/* SPDX-License-Identifier: BSD-2-Clause */
/* From a run to what is told about it: verdict, bucket, title, message, crash file. */
#ifndef KNOT_ENGINE_FINDING_H
#define KNOT_ENGINE_FINDING_H

#include "engine/record.h"
#include "explore/verdict.h"
#include "wire/crash.h"

struct knot_sitenames;

/* Owns its contents; free with knot_finding_free. */
struct knot_finding {
	struct knot_verdict verdict;
	uint64_t bucket;
	char *title; /* "leak: lock manager.go:17, send manager.go:22" */
	char *message; /* panic text or first line of the failure, "" = none */
	const struct knot_race *race; /* borrowed from the record; NULL = no data race */
};

/*
 * Judges a run. out and err are what the target printed (NULL = not kept): they name the failing line and
 * the message. always: no run of this test has ended well so far. race (NULL = none): one of the record's
 * that is asked for instead of how the run ended.
 */
void knot_finding_judge(const struct knot_record *rec, const struct knot_race *race,
	const char *out, size_t out_len, const char *err_text, size_t err_len, bool always,
	struct knot_sitenames *names, struct knot_finding *ret_finding);
/* What a process that gives up has printed last, on one line and escaped, "" = nothing. Caller frees. */
char *knot_finding_last_words(
	const char *out, size_t out_len, const char *err_text, size_t err_len);
void knot_finding_free(struct knot_finding *f);

/* The race of the record that falls into the bucket, NULL = none. */
const struct knot_race *knot_finding_race(
	const struct knot_record *rec, uint64_t bucket, struct knot_sitenames *names);

/* What is told below the title: who waits for whom, or both stacks of a race. Caller frees a line. */
size_t knot_finding_lines(const struct knot_finding *f);
char *knot_finding_line(const struct knot_finding *f, size_t nth, const struct knot_record *rec,
	const struct knot_sitenames *names);

/*
 * Adds to crash what the run and its verdict say: schedule, goroutines, signature, verdict. The caller has
 * filled in target, build and request.
 */
void knot_finding_describe(const struct knot_finding *f, const struct knot_record *rec,
	struct knot_sitenames *names, struct knot_crash *crash);
/* Puts chain in the place of the one that stands in crash, with the names of the run. */
void knot_finding_describe_chain(const struct knot_chain *chain, const struct knot_record *rec,
	struct knot_sitenames *names, struct knot_crash *crash);

#endif
