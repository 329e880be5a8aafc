/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/bucket.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/vec.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "explore/verdict.h"
#include "wire/ops.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define TITLE_SITES 6

/* Byte by byte, so that the value is the same on every machine. */
static void put(uint8_t *to, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

uint64_t knot_bucket_hash(const struct knot_verdict *v)
{
	size_t n = v->sites.len, len = 4 + 8 + 8 * n;

	if (v->kind == KNOT_VERDICT_OK)
		return 0;
	knot_auto_free uint8_t *bytes = knot_xalloc(len);

	put(bytes, v->kind, 4);
	/* what the target made of the failing position stands in where there are no sites */
	put(bytes + 4, n ? 0 : v->pre_bucket, 8);
	for (size_t i = 0; i < n; i++) {
		put(bytes + 12 + 8 * i, v->sites.data[i].op, 4);
		put(bytes + 16 + 8 * i, v->sites.data[i].site, 4);
	}
	uint64_t hash = XXH3_64bits(bytes, len);

	return hash ? hash : 1;
}

size_t knot_bucket_signature_len(const struct knot_verdict *v)
{
	return v->sites.len;
}

char *knot_bucket_signature(
	const struct knot_verdict *v, size_t nth, const struct knot_names *names)
{
	knot_assert(nth < v->sites.len);
	const struct knot_verdict_site *s = &v->sites.data[nth];
	knot_auto_free char *at = knot_describe_site(names, s->site);

	if (s->op == KNOT_OP_NONE)
		return knot_xstrdup(at);
	if (s->op == KNOT_OP_COMPUTE)
		return knot_xasprintf("%s behind %s", knot_op_name(s->op), at);
	return knot_xasprintf("%s %s", knot_op_name(s->op), at);
}

struct place {
	char *text;
	const char *file; /* owned */
	uint32_t line;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int files = strcmp(x->file, y->file);

	if (files)
		return files;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return strcmp(x->text, y->text);
}

char *knot_bucket_title(const struct knot_verdict *v, const struct knot_names *names)
{
	size_t n = v->sites.len;
	struct place *places = knot_xreallocarray(NULL, n + 1, sizeof(*places));
	char *title = knot_xstrdup(knot_verdict_name(v->kind));

	for (size_t i = 0; i < n; i++) {
		const struct knot_site_name *s = knot_names_site(names, v->sites.data[i].site);

		places[i].file = knot_xstrdup(s && s->file ? s->file : "");
		places[i].line = s ? s->line : 0;
		places[i].text = knot_bucket_signature(v, i, names);
	}
	qsort(places, n, sizeof(*places), by_place);
	for (size_t i = 0; i < n; i++) {
		char *longer = NULL;

		if (i < TITLE_SITES)
			longer = knot_xasprintf("%s%s%s", title, i ? ", " : ": ", places[i].text);
		else if (i == TITLE_SITES)
			longer = knot_xasprintf("%s and %zu more", title, n - i);
		if (longer) {
			free(title);
			title = longer;
		}
		free(places[i].text);
		free((char *)places[i].file);
	}
	free(places);
	return title;
}
