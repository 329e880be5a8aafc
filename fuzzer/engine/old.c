/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/old.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "engine/campaign_internal.h"
#include "engine/crashfile.h"
#include "engine/crashnames.h"
#include "engine/regress.h"
#include "explore/bucket.h"
#include "explore/names.h"
#include "wire/text.h"

#include <string.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

/* Of one that was seen to come on this build bucket and lines are those of this build. */
static bool is_of_this_code(
	struct knot_campaign *c, struct knot_target_state *s, const struct knot_store_finding *f)
{
	return f->build == knot_regress_build(c, s) && f->state != KNOT_FINDING_FIXED &&
		!knot_finding_is_unclear(f->state);
}

bool knot_old_read(
	const char *file, const struct knot_target_state *s, struct knot_crash *ret_crash)
{
	if (knot_crashfile_read(file, ret_crash, NULL))
		return false;
	if (!strcmp(ret_crash->target, s->target->package))
		return true;
	knot_crash_free(ret_crash);
	return false;
}

bool knot_old_take(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_store_finding *f, bool ignored, struct knot_bucket *b)
{
	const bool was_ignored = f->state == KNOT_FINDING_IGNORED;
	struct knot_crash crash = {0};

	if (!*f->crash_file || strchr(f->crash_file, '/') || is_of_this_code(c, s, f))
		return false;
	knot_auto_free char *file =
		knot_xasprintf("%s/crashes/%s", c->options.campaign_dir, f->crash_file);

	if (!knot_old_read(file, s, &crash))
		return false;
	struct knot_old *old = knot_xalloc(sizeof(*old));

	*old = (struct knot_old){
		.s = s,
		.bucket = b,
		.stored = {.id = f->id,
			.target = f->target,
			.bucket = f->bucket,
			.state = was_ignored && !ignored ? KNOT_FINDING_VERIFIED : f->state,
			.replays = f->replays,
			.reproduced = f->reproduced,
			.build = f->build,
			.fixed_ns = f->fixed_ns},
		.title = knot_xstrdup(f->title),
		.file = knot_steal(&file),
		.has_places = *f->places,
		.is_ignored = ignored,
		.left_out = !strncmp(f->outcome, KNOT_OLD_LEFT, strlen(KNOT_OLD_LEFT)),
		.crash = crash,
	};
	old->moved = knot_moved_new(&old->crash, c->project->sites);
	knot_moved_aliases(old->moved, &old->aliases);
	old->again = (struct knot_again){.crash = &old->crash,
		.moved = old->moved,
		.aliases = &old->aliases,
		.names = c->names,
		.is_same_code =
			crash.code && crash.code == knot_crashnames_code(&old->crash, c->project)};
	knot_vec_push(&c->olds, old);
	return true;
}

/* "panic a.go:31" and "panic a.go:33" are 2 apart; the last number of each counts. */
static uint64_t apart(const char *a, const char *b)
{
	const char *x = strrchr(a, ':'), *y = strrchr(b, ':');
	const uint64_t m = x ? strtoul(x + 1, NULL, 10) : 0, n = y ? strtoul(y + 1, NULL, 10) : 0;

	return m < n ? n - m : m - n;
}

/* How many lines there are between what the file is about and what f is about. */
static uint64_t distance(
	const struct knot_campaign *c, const struct knot_old *old, const struct knot_finding *f)
{
	const struct knot_names *names = knot_sitenames_view(c->names);
	uint64_t sum = 0;

	for (size_t i = 0;
		i < old->crash.signature.len && i < knot_bucket_signature_len(&f->verdict); i++) {
		knot_auto_free char *now = knot_bucket_signature(&f->verdict, i, names);

		sum += apart(old->crash.signature.data[i], now);
	}
	return sum;
}

/* Of several that could be meant, such as failures with one message in one function, the nearest. */
size_t knot_old_find(const struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_finding *f)
{
	size_t found = SIZE_MAX;
	uint64_t nearest = UINT64_MAX;

	for (size_t i = 0; i < c->olds.len; i++) {
		const struct knot_old *old = c->olds.data[i];

		if (old->s != s || !old->bucket || !knot_again_is_same(&old->again, f))
			continue;
		const uint64_t away = distance(c, old, f);

		if (found == SIZE_MAX || away < nearest) {
			found = i;
			nearest = away;
		}
	}
	return found;
}

int knot_old_meet(struct knot_campaign *c, struct knot_old *old, const struct knot_finding *f,
	const char *places, struct knot_bucket **ret_bucket, struct knot_error *err)
{
	const struct knot_names *names = knot_sitenames_view(c->names);
	const uint64_t key[2] = {old->s->index, f->bucket};
	struct knot_text signature = {0};
	struct knot_bucket *b;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, c->buckets, key, sizeof(key), b);
	if (b) {
		*ret_bucket = NULL;
		return 0;
	}
	for (size_t i = 0; i < knot_bucket_signature_len(&f->verdict); i++) {
		knot_auto_free char *one = knot_bucket_signature(&f->verdict, i, names);

		knot_text_addf(&signature, "%s%s", i ? "\n" : "", one);
	}
	old->stored.bucket = f->bucket;
	old->stored.title = f->title;
	old->stored.signature = signature.data ? signature.data : "";
	old->stored.places = places;
	const int rc = knot_store_finding_move(c->store, &old->stored, err);

	old->stored.title = old->stored.signature = old->stored.places = NULL;
	knot_text_free(&signature);
	if (rc)
		return rc;
	b = old->bucket;
	old->bucket = NULL;
	old->has_places = places && *places;
	memcpy(b->key, key, sizeof(key));
	HASH_ADD(hh, c->buckets, key, sizeof(b->key), b);
	*ret_bucket = b;
	return 0;
}

void knot_olds_replayed(struct knot_campaign *c)
{
	for (size_t i = 0; i < c->olds.len; i++)
		knot_vec_free(&c->olds.data[i]->crash.decisions);
}

void knot_olds_free(struct knot_campaign *c)
{
	for (size_t i = 0; i < c->olds.len; i++) {
		struct knot_old *old = c->olds.data[i];

		knot_vec_free(&old->aliases);
		knot_moved_free(old->moved);
		knot_crash_free(&old->crash);
		free(old->bucket);
		free(old->title);
		free(old->file);
		free(old);
	}
	knot_vec_free(&c->olds);
}
