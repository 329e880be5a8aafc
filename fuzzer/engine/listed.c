/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/listed.h"

#include "base/cleanup.h"
#include "engine/campaign_internal.h"
#include "engine/listed_rows.h"

/* Such an end leaves words behind. */
static bool has_cause(const struct knot_record *rec)
{
	const uint32_t end = rec->result.end;

	return !rec->timed_out &&
		(end == KNOT_END_PANIC || end == KNOT_END_FATAL || end == KNOT_END_FAIL ||
			end == KNOT_END_OSEXIT || rec->signal);
}

static void judge(struct knot_campaign *c, const struct knot_listed *x,
	const struct knot_outcome *o, struct knot_finding *ret, char **ret_words)
{
	knot_finding_judge(
		&o->record, NULL, o->out, o->out_len, o->err, o->err_len, true, c->names, ret);
	if (!*ret->message && x->rec->result.end == KNOT_END_OSEXIT)
		*ret_words = knot_finding_last_words(o->out, o->out_len, o->err, o->err_len);
}

/* What happened, in ret; nothing when that does not come again. */
static int ask_cause(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_listed *x, struct knot_finding *ret, char **ret_words,
	struct knot_error *err)
{
	struct knot_schedule schedule = knot_judge_schedule(x->plan, x->rec);
	struct knot_outcome o = {0};

	if (x->o) {
		judge(c, x, x->o, ret, ret_words);
		return 0;
	}
	schedule.end_only = true;
	if (c->options.native)
		schedule = (struct knot_schedule){
			.seed = x->rec->result.seed, .native = true, .runs = 1};
	const int rc = knot_judge_replay(c, s, &schedule, &o, err);

	if (!rc && o.ran && knot_judge_same_end(x->rec, &o.record))
		judge(c, x, &o, ret, ret_words);
	knot_outcome_free(&o);
	return rc;
}

static int tell(struct knot_campaign *c, struct knot_target_state *s, const struct knot_listed *x,
	struct knot_error *err)
{
	const bool asks = !*x->f->message && has_cause(x->rec);
	knot_auto_free char *words = NULL;
	struct knot_finding cause = {0};
	const int rc = asks ? ask_cause(c, s, x, &cause, &words, err) : 0;
	const struct knot_finding *f = cause.title ? &cause : x->f;
	const struct knot_campaign_news_item item = {
		.kind = KNOT_NEWS_LISTED,
		.target = s->target,
		.finding = x->f,
		.title = f->title,
		.message = words ? words : f->message,
		.record = x->rec,
		.names = c->names,
		.text = knot_verdict_note_text(x->note),
	};

	struct knot_listed_row *row = knot_listed_row(s, x->f->verdict.kind, x->note);

	/* Where the session ends in the middle of the replay, an earlier one may have known more. */
	if (!rc || !row->title)
		knot_listed_row_say(row, x->k, item.title, item.message);
	if (!rc && c->view.news)
		c->view.news(c->view.arg, &item);
	knot_finding_free(&cause);
	return rc;
}

int knot_listed_add(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_listed *x, struct knot_error *err)
{
	const uint32_t verdict = x->f->verdict.kind;

	if (x->k->listed_note == x->note && x->k->listed_verdict == verdict)
		return 0;
	knot_listed_remove(s, x->k);
	x->k->listed_note = x->note;
	x->k->listed_verdict = verdict;
	struct knot_listed_row *row = knot_listed_row(s, verdict, x->note);

	row->kinds++;
	if (row->told)
		return 0;
	row->told = true;
	return tell(c, s, x, err);
}

void knot_listed_remove(struct knot_target_state *s, struct knot_kind *k)
{
	knot_listed_rows_forget(s, k);
	if (k->listed_note) {
		struct knot_listed_row *row = knot_listed_row(s, k->listed_verdict, k->listed_note);

		row->kinds -= row->kinds != 0;
	}
	k->listed_note = KNOT_NOTE_NONE;
}

void knot_listed_contradict(struct knot_target_state *s, uint32_t verdict)
{
	for (size_t i = 0; i < s->listed.len; i++) {
		struct knot_listed_row *row = &s->listed.data[i];

		if (row->verdict == verdict && row->note == KNOT_NOTE_ALWAYS) {
			row->kinds = 0;
			row->is_earlier = false;
		}
	}
}
