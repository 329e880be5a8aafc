/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/reduce.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

struct reduction {
	size_t *kept, *len;
	size_t *trial; /* as long */
	knot_reduce_try suffice;
	void *arg;
};

/* Tries without those at from, up to and without those at to. */
static int without(
	struct reduction *r, size_t from, size_t to, bool *ret_suffice, struct knot_error *err)
{
	size_t n = *r->len - (to - from);

	memcpy(r->trial, r->kept, from * sizeof(*r->trial));
	memcpy(r->trial + from, r->kept + to, (*r->len - to) * sizeof(*r->trial));
	const int rc = r->suffice(r->arg, r->trial, &n, ret_suffice, err);

	if (!rc && *ret_suffice) {
		memcpy(r->kept, r->trial, n * sizeof(*r->trial));
		*r->len = n;
	}
	return rc;
}

int knot_reduce(
	size_t *kept, size_t *len, knot_reduce_try suffice, void *arg, struct knot_error *err)
{
	knot_auto_free size_t *trial = knot_xreallocarray(NULL, *len + 1, sizeof(*trial));
	struct reduction r = {
		.kept = kept, .len = len, .trial = trial, .suffice = suffice, .arg = arg};
	bool ok = false;
	int rc = *len ? without(&r, 0, *len, &ok, err) : 0;

	/*
	 * Subsets need no trial of their own: of two halves one is the other's complement. Later parts go first, for what
	 * comes behind the thing that matters is the easiest to do without.
	 */
	for (size_t size = (*len + 1) / 2; !rc && *len > 1;) {
		bool any = false;

		for (size_t end = *len; !rc && end > 0 && *len > 1;) {
			const size_t from = end > size ? end - size : 0;

			rc = without(&r, from, end, &ok, err);
			any |= !rc && ok;
			end = from < *len ? from : *len;
		}
		if (size == 1 && !any)
			break;
		size = (size < *len ? size : *len) / 2 + (size > 2);
		size = size ? size : 1;
	}
	return rc;
}
