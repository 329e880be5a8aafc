/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/known.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "engine/campaign_internal.h"
#include "engine/old.h"
#include "explore/culprits.h"
#include "store/finding.h"
#include "sys/clock.h"
#include "wire/ignore.h"
#include "wire/places.h"

#include <string.h>

int knot_known_parse(struct knot_span text, const char *name, struct knot_ignore *ret_ignore,
	struct knot_error *err)
{
	const char *verdicts[KNOT_VERDICT_COUNT + 1] = {NULL};
	size_t n = 0;

	for (uint32_t kind = 0; kind < KNOT_VERDICT_COUNT; kind++)
		if (kind != KNOT_VERDICT_OK && kind != KNOT_VERDICT_STEPS)
			verdicts[n++] = knot_verdict_name(kind);
	return knot_ignore_parse(text, name, verdicts,
		(int64_t)(knot_clock_wall_ns() / KNOT_NS_PER_S), ret_ignore, err);
}

static struct knot_culprits_at at_of(const struct knot_project *project, const char *package)
{
	return (struct knot_culprits_at){
		.module_dir = project->build.module_dir,
		.module = project->build.module,
		.package = package,
	};
}

void knot_known_places(const struct knot_project *project, const char *package,
	const struct knot_finding *f, const struct knot_record *rec, const struct knot_names *names,
	struct knot_places *ret_places)
{
	const struct knot_run_view view = knot_record_view(rec);
	const struct knot_culprits_at at = at_of(project, package);

	knot_culprits_places(&f->verdict, f->race, &view, names, &at, ret_places);
}

char *knot_known_propose(const struct knot_project *project, const char *package,
	const struct knot_finding *f, const struct knot_record *rec, const struct knot_names *names)
{
	const struct knot_run_view view = knot_record_view(rec);
	const struct knot_culprits_at at = at_of(project, package);
	const char *why = f->race ? NULL : knot_culprits_meant(&f->verdict, &view, names, &at);
	struct knot_places places = {0};

	if (!why)
		return NULL;
	knot_known_places(project, package, f, rec, names, &places);
	char *lines = knot_ignore_propose(knot_verdict_name(f->verdict.kind), &places, why);

	knot_places_free(&places);
	return lines;
}

/* What the store's ignore state is to become. */
struct change {
	int64_t id;
	char *reason;
};

struct restoring {
	struct knot_campaign *c;
	struct knot_target_state *s;
	KNOT_VEC(struct change) changes; /* made when the reading is over */
};

char *knot_known_reason(const struct knot_campaign *c, const struct knot_store_finding *f)
{
	struct knot_places places = {0};

	/* What cannot be read matches nothing. */
	knot_places_decode(knot_span_str(f->places), &places);
	char *reason = knot_ignore_reason(c->options.ignore, f->verdict, &places);

	knot_places_free(&places);
	return reason;
}

static int on_finding(void *arg, const struct knot_store_finding *f, struct knot_error *err)
{
	struct restoring *r = arg;
	struct knot_campaign *c = r->c;

	(void)err;
	const bool is_fixed = f->state == KNOT_FINDING_FIXED;
	const bool is_open = !is_fixed && !knot_finding_is_unclear(f->state);

	if (f->state == KNOT_FINDING_CANDIDATE || f->state == KNOT_FINDING_REJECTED)
		return 0;
	knot_auto_free char *matched = knot_known_reason(c, f);
	const char *reason = is_open ? matched : NULL;
	struct knot_bucket *b = knot_xalloc(sizeof(*b));

	b->key[0] = r->s->index;
	b->key[1] = f->bucket;
	b->hits = b->stored_hits = f->hits;
	b->ignored = reason != NULL;
	b->is_back = f->state == KNOT_FINDING_IGNORED && !reason;
	b->is_unclear = knot_finding_is_unclear(f->state);
	b->fixed_ns = is_fixed ? f->fixed_ns : 0;
	if (!knot_old_take(c, r->s, f, matched != NULL, b))
		HASH_ADD(hh, c->buckets, key, sizeof(b->key), b);
	for (uint32_t kind = 0; kind < KNOT_VERDICT_COUNT; kind++)
		if (!reason && !b->is_back && is_open &&
			!strcmp(f->verdict, knot_verdict_name(kind)))
			knot_judge_count(c, r->s, kind, f->first_ns);
	c->status.ignored_all += b->ignored;
	if (is_open && strcmp(reason ? reason : "", f->ignored) != 0)
		knot_vec_push(&r->changes,
			((struct change){.id = f->id,
				.reason = reason ? knot_xstrdup(reason) : knot_xstrdup("")}));
	return 0;
}

int knot_known_restore(struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	struct restoring r = {.c = c, .s = s};
	int rc = knot_store_finding_each(c->store, s->store_id, on_finding, &r, err);

	for (size_t i = 0; i < r.changes.len; i++) {
		const struct change *x = &r.changes.data[i];

		if (!rc)
			rc = knot_store_finding_ignore(c->store, x->id, x->reason, err);
		free(x->reason);
	}
	knot_vec_free(&r.changes);
	return rc;
}
