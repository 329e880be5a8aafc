/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/listed_rows.h"

#include "base/alloc.h"
#include "engine/campaign_internal.h"
#include "engine/project.h"
#include "engine/regress.h"
#include "store/listed.h"

#include <string.h>

struct knot_listed_row *knot_listed_row(
	struct knot_target_state *s, uint32_t verdict, uint32_t note)
{
	for (size_t i = 0; i < s->listed.len; i++)
		if (s->listed.data[i].verdict == verdict && s->listed.data[i].note == note)
			return &s->listed.data[i];
	knot_vec_push(&s->listed, ((struct knot_listed_row){.verdict = verdict, .note = note}));
	return &s->listed.data[s->listed.len - 1];
}

static void set_words(struct knot_listed_row *row, const char *title, const char *message)
{
	free(row->title);
	free(row->message);
	row->title = knot_xstrdup(title ? title : "");
	row->message = knot_xstrdup(message ? message : "");
}

void knot_listed_row_say(struct knot_listed_row *row, const struct knot_kind *k, const char *title,
	const char *message)
{
	if (row->is_earlier)
		return;
	set_words(row, title, message);
	row->bucket = k->key.bucket;
	row->end = k->key.end;
	row->changed = true;
}

void knot_listed_rows_forget(struct knot_target_state *s, const struct knot_kind *k)
{
	for (size_t i = 0; i < s->listed.len; i++) {
		struct knot_listed_row *row = &s->listed.data[i];

		if (row->bucket == k->key.bucket && row->end == k->key.end)
			row->is_earlier = false;
	}
}

static bool holds(const struct knot_listed_row *row)
{
	return row->kinds || row->is_earlier;
}

void knot_listed_rows_count(const struct knot_target_state *s, uint32_t *session, uint32_t *ret_all)
{
	for (size_t i = 0; i < s->listed.len; i++) {
		*session += s->listed.data[i].kinds != 0;
		*ret_all += holds(&s->listed.data[i]);
	}
}

/* --- the store ------------------------------------------------------------------------------- */

/* A row that goes; those of tests that this session does not have are no target's. */
struct gone {
	int64_t target;
	char *verdict;
	uint32_t note;
};

struct restoring {
	struct knot_campaign *c;
	KNOT_VEC(struct gone) gone; /* dropped when the reading is over */
};

/* The test that the row is of, or another one of its test binary: a program shares its package with tests. */
static struct knot_target_state *state_of(
	struct knot_campaign *c, const struct knot_store_listed *row)
{
	const bool is_program = !strcmp(row->test, KNOT_PROGRAM_NAME);
	struct knot_target_state *beside = NULL;

	for (size_t i = 0; i < c->project->targets.len; i++) {
		struct knot_target_state *s = &c->states[i];

		if (s->store_id == row->target)
			return s;
		if (s->store_binary == row->binary && s->target->run.program == is_program)
			beside = s;
	}
	return beside;
}

static int on_row(void *arg, const struct knot_store_listed *row, struct knot_error *err)
{
	struct restoring *r = arg;
	struct knot_target_state *s = state_of(r->c, row);
	const uint64_t build = s ? knot_regress_build(r->c, s) : 0;
	uint32_t verdict = 0;

	(void)err;
	if (build && build != row->build) {
		knot_vec_push(&r->gone,
			((struct gone){.target = row->target,
				.verdict = knot_xstrdup(row->verdict),
				.note = row->note}));
		return 0;
	}
	while (verdict < KNOT_VERDICT_COUNT &&
		strcmp(row->verdict, knot_verdict_name(verdict)) != 0)
		verdict++;
	if (!s || s->store_id != row->target || verdict == KNOT_VERDICT_COUNT ||
		row->note >= KNOT_NOTE_COUNT)
		return 0;
	struct knot_listed_row *kept = knot_listed_row(s, verdict, row->note);

	set_words(kept, row->title, row->message);
	kept->bucket = row->bucket;
	kept->end = row->end;
	kept->is_earlier = kept->stored = true;
	return 0;
}

int knot_listed_rows_restore(struct knot_campaign *c, struct knot_error *err)
{
	struct restoring r = {.c = c};
	int rc = knot_store_listed_each(c->store, on_row, &r, err);

	for (size_t i = 0; i < r.gone.len; i++) {
		const struct gone *x = &r.gone.data[i];

		if (!rc)
			rc = knot_store_listed_drop(c->store, x->target, x->verdict, x->note, err);
		free(x->verdict);
	}
	knot_vec_free(&r.gone);
	return rc;
}

int knot_listed_rows_save(
	struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->listed.len && !rc; i++) {
		struct knot_listed_row *row = &s->listed.data[i];
		const char *verdict = knot_verdict_name(row->verdict);

		/* One without words is being asked for what happened. */
		if (holds(row) && row->title && (!row->stored || row->changed)) {
			const struct knot_store_listed l = {.target = s->store_id,
				.verdict = verdict,
				.note = row->note,
				.build = knot_regress_build(c, s),
				.bucket = row->bucket,
				.end = row->end,
				.title = row->title,
				.message = row->message};

			rc = knot_store_listed_put(c->store, &l, err);
			row->stored = true;
			row->changed = false;
		} else if (!holds(row) && row->stored) {
			rc = knot_store_listed_drop(c->store, s->store_id, verdict, row->note, err);
			row->stored = false;
		}
	}
	return rc;
}

void knot_listed_rows_free(struct knot_target_state *s)
{
	for (size_t i = 0; i < s->listed.len; i++) {
		free(s->listed.data[i].title);
		free(s->listed.data[i].message);
	}
	knot_vec_free(&s->listed);
}
