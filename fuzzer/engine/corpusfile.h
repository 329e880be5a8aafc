/* SPDX-License-Identifier: BSD-2-Clause */
/* Corpus files as campaigns write them: one chain each, or those of a recording, named by content, so that copies merge by name. */
#ifndef KNOT_ENGINE_CORPUSFILE_H
#define KNOT_ENGINE_CORPUSFILE_H

#include <stdbool.h>
#include <stddef.h>

struct knot_chain;
struct knot_corpus;
struct knot_error;

#define KNOT_CORPUSFILE_SUFFIX ".corpus"

struct knot_corpusfile {
	char name[32]; /* "<16 hexadecimal digits>.corpus" */
	char *data;
	size_t len;
};

/* Caller frees data. */
int knot_corpusfile_make(const char *package, const char *test, const struct knot_chain *chain,
	struct knot_corpusfile *ret_file, struct knot_error *err);
/* The same of several chains. Caller frees data. */
int knot_corpusfile_of(
	const struct knot_corpus *corpus, struct knot_corpusfile *ret_file, struct knot_error *err);
/* Is a file of this name meant to be one? Hidden ones are not: they may be half written. */
bool knot_corpusfile_is(const char *name);
/* Caller frees with knot_corpus_free. */
int knot_corpusfile_read(const char *path, struct knot_corpus *ret_corpus, struct knot_error *err);

#endif
