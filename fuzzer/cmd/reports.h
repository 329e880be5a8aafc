/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -sarif and -junit: collects what a command found and writes both at its end. A NULL collector stands for neither being
 * asked for; every call but open takes it.
 */
#ifndef KNOT_CMD_REPORTS_H
#define KNOT_CMD_REPORTS_H

#include "base/span.h"
#include "view/results.h"

struct knot_error;
struct knot_sources;
struct knot_reports;

struct knot_reports_options {
	const char *command; /* "fuzz" */
	const char *junit, *sarif; /* files, "-" = standard output, NULL = none; borrowed */
	bool json; /* standard output is taken */
};

/* A finding; all borrowed during the call. */
struct knot_reports_finding {
	const char *verdict, *title, *lines, *command;
	uint64_t bucket;
	bool unproven;
	const char *unclear; /* the code has changed: what is known of it since; NULL = it comes */
	const char *package, *test;
	const char *package_dir; /* absolute */
	const char *const *signature; /* "lock queue.go:17" */
	size_t signature_len;
	const char *const *switches; /* critical ones, in words */
	size_t switches_len;
	struct knot_span output, dump; /* what the run printed; the stacks of its goroutines */
};

/* Refuses a place where no file can be written before anything else is done. */
int knot_reports_open(const struct knot_reports_options *options, struct knot_reports **ret_reports,
	struct knot_error *err);
void knot_reports_close(struct knot_reports *r);
/* Files are named from the root of the repository that dir is in. */
void knot_reports_in(struct knot_reports *r, const char *dir);

/* A test or a kept schedule; one that is there already has its time added to. Its number. */
size_t knot_reports_case(
	struct knot_reports *r, const char *package, const char *name, uint64_t ns);
/* false = there is none. */
bool knot_reports_find(
	const struct knot_reports *r, const char *package, const char *name, size_t *ret_number);
/* It did not pass; why may be NULL. One with a finding has failed and stays so. */
void knot_reports_outcome(
	struct knot_reports *r, size_t number, enum knot_results_outcome outcome, const char *why);
/* A test with one that comes has failed. */
void knot_reports_add(struct knot_reports *r, size_t number, const struct knot_reports_finding *f,
	struct knot_sources *places);

/* whole: the command came to its end. */
int knot_reports_write(struct knot_reports *r, bool whole, struct knot_error *err);

#endif
