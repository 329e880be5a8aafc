/* SPDX-License-Identifier: BSD-2-Clause */
/* The site table: every site that was read is found under its id. */
#include "base/alloc.h"
#include "wire/abi.h"
#include "wire/sites.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_sites *s;
	if (knot_sites_decode(knot_span_of(data, size), &s, NULL) < 0)
		return 0;
	size_t text_bytes = strlen(knot_sites_module(s));
	for (size_t i = 0; i < knot_sites_count(s); i++) {
		const struct knot_site *site = knot_sites_at(s, i);
		knot_assert(knot_sites_find(s, site->id) == site);
		knot_assert(site->op < KNOT_OP_LAST);
		text_bytes += strlen(site->file) + strlen(site->prim) + strlen(site->func);
	}
	for (size_t i = 0; i < knot_sites_unplaced_count(s); i++)
		text_bytes += strlen(knot_sites_unplaced_at(s, i)->reason);
	for (size_t i = 0; i < knot_sites_package_count(s); i++)
		text_bytes += strlen(knot_sites_package_at(s, i)->path);
	knot_assert(text_bytes <= size);
	knot_sites_free(s);
	return 0;
}
