/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/corpusfile.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "wire/chain.h"

#include <stdio.h>
#include <string.h>

#define HASH_DIGITS 16

int knot_corpusfile_of(
	const struct knot_corpus *corpus, struct knot_corpusfile *ret_file, struct knot_error *err)
{
	struct knot_corpusfile file = {.data = NULL};
	int rc = knot_corpus_encode(corpus, &file.data, &file.len, err);

	if (rc)
		return rc;
	/* The last line is "end " and the hash of all others. */
	snprintf(file.name, sizeof(file.name), "%.*s" KNOT_CORPUSFILE_SUFFIX, HASH_DIGITS,
		file.data + file.len - HASH_DIGITS - 1);
	*ret_file = file;
	return 0;
}

int knot_corpusfile_make(const char *package, const char *test, const struct knot_chain *chain,
	struct knot_corpusfile *ret_file, struct knot_error *err)
{
	struct knot_corpus corpus = {.target = (char *)package, .test = (char *)test};

	knot_vec_push(&corpus.chains, *chain);
	int rc = knot_corpusfile_of(&corpus, ret_file, err);

	knot_vec_free(&corpus.chains);
	return rc;
}

bool knot_corpusfile_is(const char *name)
{
	const size_t len = strlen(name), suffix = strlen(KNOT_CORPUSFILE_SUFFIX);

	return *name != '.' && len > suffix && !strcmp(name + len - suffix, KNOT_CORPUSFILE_SUFFIX);
}

int knot_corpusfile_read(const char *path, struct knot_corpus *ret_corpus, struct knot_error *err)
{
	knot_auto_free char *data = NULL;
	size_t len = 0;
	int rc = knot_file_read(path, KNOT_CORPUS_MAX_BYTES, &data, &len, err);

	return rc ? rc : knot_corpus_decode(knot_span_of(data, len), ret_corpus, err);
}
