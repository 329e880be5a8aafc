/* SPDX-License-Identifier: BSD-2-Clause */
/* What a recording that is read gives for chains: of places of the table, of two goroutines, each once. */
#include "base/alloc.h"
#include "explore/recorded.h"
#include "wire/ops.h"
#include "wire/recording.h"
#include "wire/sites.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SITE(id, line, op, func) \
	"{\"id\":" #id ",\"pkg\":\"m\",\"file\":\"/src/m/main.go\",\"line\":" #line \
	",\"col\":1,\"op\":\"" op "\",\"prim\":\"p\",\"func\":\"" func \
	"\",\"parent\":0,\"after\":true}"

/* At the lines of the seeds. */
static const char table[] = "{\"version\":1,\"module\":\"m\",\"sites\":[" SITE(1, 20, "send",
	"worker") "," SITE(2, 20, "recv", "worker") "," SITE(3, 20, "close", "worker") "," SITE(4,
	20, "select", "worker") "," SITE(5, 9, "lock", "main") "," SITE(6, 9, "unlock",
	"main") "," SITE(7, 9, "wgadd", "main") "," SITE(8, 9, "wgwait", "main") "," SITE(9, 9,
	"send", "main") "," SITE(10, 9, "rlock", "main") "],\"unplaced\":[],\"packages\":[]}";

static bool has(void *arg, uint64_t gpath, uint32_t site, uint32_t op)
{
	(void)arg;
	return (gpath + site + op) % 2;
}

static void check(const struct knot_recorded *f, const struct knot_sites *sites)
{
	static const uint64_t paths[] = {1, 2, 3};

	for (size_t i = 0; i < f->chains.len; i++) {
		const struct knot_chain *c = &f->chains.data[i];
		const struct knot_chain named = knot_recorded_name(c, paths, 3, has, NULL);

		knot_assert(c->len >= 2 && c->len <= 4 && named.len == c->len);
		for (uint32_t k = 0; k < c->len; k++) {
			const struct knot_site *s = knot_sites_find(sites, c->ops[k].site);

			knot_assert(s && c->ops[k].op == knot_op_runs_as(s->op));
			knot_assert(c->ops[k].gpath && c->ops[k].gpath <= c->len);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_recording r = {0};
	struct knot_sites *sites = NULL;

	if (!knot_recording_decode(knot_span_of(data, size), &r, NULL)) {
		struct knot_recorded found;
		uint64_t sum = 0;

		knot_assert(!knot_sites_decode(knot_span_str(table), &sites, NULL));
		knot_recorded_find(&r, sites, &found);
		for (size_t i = 0; i < KNOT_RECORDED_WHYS; i++)
			sum += found.counts.why[i];
		knot_assert(sum == found.counts.operations && sum <= found.counts.events);
		check(&found, sites);
		knot_recorded_free(&found);
		knot_sites_free(sites);
	}
	knot_recording_free(&r);
	return 0;
}
