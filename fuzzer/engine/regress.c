/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/regress.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/campaign_internal.h"
#include "engine/follow.h"
#include "engine/known.h"
#include "engine/native.h"
#include "engine/old.h"
#include "engine/verified.h"
#include "sys/clock.h"
#include "wire/ignore.h"
#include "wire/places.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

/* A run that takes longer is one that hangs, or a machine that is busy: it can be looked for another time. */
#define EACH_NS (500 * KNOT_NS_PER_MS)
/* Of all: a share of the session, but so much at least, as far as the session has it, and at most. */
#define SHARE 10
#define LEAST_NS (2 * KNOT_NS_PER_S)
#define MOST_NS (30 * KNOT_NS_PER_S)
#define CONTINUATIONS 20 /* as many as goknot replay makes */
#define BINARY_MAX_BYTES (2ull << 30)

enum what_became {
	BECAME_THERE, /* it comes as before */
	BECAME_FIXED,
	BECAME_DIVERGED,
	BECAME_INCONCLUSIVE,
	BECAME_LEFT, /* nobody knows: the time was up, or it cannot be tried */
	BECAME_COUNT,
};

/* What looking for one came to. Owns its text. */
struct answer {
	enum what_became what;
	char *text; /* NULL = nothing to say */
};

struct looking {
	struct knot_campaign *c;
	struct knot_replayer *replayer;
	struct knot_old *old; /* that is looked for */
	const struct knot_again
		*again; /* what it is looked for with: its own file, or the one beside */
	uint64_t deadline_ns; /* of this one */
	bool timed_out; /* one of its runs */
	bool is_met; /* it has come, and is written down */
	int rc; /* of writing that down */
	char *other; /* what the first run ended in that ended in another bug */
	struct knot_error *err;
	uint32_t wanted; /* that are still to be looked for */
	uint32_t count[BECAME_COUNT], back;
	uint32_t nameless; /* of an older goknot, and nobody knows where they are */
};

uint64_t knot_regress_build(struct knot_campaign *c, struct knot_target_state *s)
{
	for (size_t i = 0; i < c->project->targets.len && !s->build; i++)
		if (!strcmp(c->states[i].target->binary, s->target->binary))
			s->build = c->states[i].build;
	if (!s->build) {
		knot_auto_free char *data = NULL;
		size_t len;

		if (!knot_file_read(s->target->binary, BINARY_MAX_BYTES, &data, &len, NULL))
			s->build = XXH3_64bits(data, len);
	}
	return s->build;
}

uint32_t knot_regress_native_tries(uint32_t reproduced, uint32_t tries)
{
	const double share = tries && reproduced < tries ? (double)reproduced / tries : 1;
	double unseen = 1;
	uint32_t n = 0;

	/* A few more than a rate near 1 asks for: another build has another one. */
	while ((unseen > 0.01 || n < KNOT_NATIVE_BATCH) && n < KNOT_NATIVE_TRIES_FREE) {
		unseen *= 1 - share;
		n++;
	}
	return n;
}

uint64_t knot_regress_budget_ns(const struct knot_campaign_options *o)
{
	const uint64_t time = o->fuzztime_ns;
	const uint64_t least = time && time / 2 < LEAST_NS ? time / 2 : LEAST_NS;
	const uint64_t share = time ? time / SHARE : MOST_NS / 3;

	return share < least ? least : share > MOST_NS ? MOST_NS : share;
}

/* --- what is written down -------------------------------------------------------------------- */

static int keep(struct looking *l, enum knot_finding_state state, uint64_t fixed_ns,
	const char *outcome, struct knot_error *err)
{
	struct knot_store_finding *f = &l->old->stored;

	f->state = state;
	f->build = knot_regress_build(l->c, l->old->s);
	f->fixed_ns = fixed_ns;
	f->outcome = outcome;
	const int rc = knot_store_finding_settle(l->c->store, f, err);

	f->outcome = NULL;
	return rc;
}

static void tell(const struct looking *l, enum knot_campaign_news kind, const char *text)
{
	struct knot_campaign *c = l->c;
	const struct knot_finding f = {.title = l->old->title};
	const struct knot_campaign_news_item item = {.kind = kind,
		.target = l->old->s->target,
		.finding = &f,
		.names = c->names,
		.text = text};

	if (c->view.news)
		c->view.news(c->view.arg, &item);
}

/* It counts as a finding no more. What was ignored until now has not been counted yet. */
static void uncount(struct looking *l)
{
	struct knot_bucket *b = l->old->bucket; /* NULL = it is met, and counted */

	if (l->old->stored.state == KNOT_FINDING_VERIFIED && !(b && b->is_back))
		knot_judge_uncount(l->c, l->old->s, l->old->crash.verdict);
	if (b)
		b->is_back = false;
}

/* The ignore file could not match it so far: it was found by a goknot that had none. */
static int ignore(struct looking *l, struct knot_bucket *b, const struct knot_places *places,
	struct knot_error *err)
{
	struct knot_campaign *c = l->c;
	knot_auto_free char *reason =
		knot_ignore_reason(c->options.ignore, l->old->crash.verdict, places);

	if (!reason)
		return 0;
	uncount(l);
	b->ignored = true;
	c->status.ignored_all++;
	l->old->stored.state = KNOT_FINDING_IGNORED;
	return knot_store_finding_ignore(c->store, l->old->stored.id, reason, err);
}

/* It comes as it did before, in the bucket of f. */
static int is_there(struct looking *l, const struct knot_outcome *o, const struct knot_finding *f,
	struct knot_error *err)
{
	struct knot_campaign *c = l->c;
	struct knot_old *old = l->old;
	const enum knot_finding_state was = old->stored.state;
	const bool had_places = old->has_places;
	struct knot_bucket *own = old->bucket, *b;
	struct knot_places places = {0};
	int rc;

	knot_known_places(c->project, old->s->target->package, f, &o->record,
		knot_sitenames_view(c->names), &places);
	knot_auto_free char *at = knot_places_encode(&places);

	rc = knot_old_meet(c, old, f, at, &b, err);
	own->fixed_ns = 0;
	own->is_unclear = false;
	const bool is_back = own->is_back;

	own->is_back = false;
	if (!rc)
		rc = keep(l, KNOT_FINDING_VERIFIED, old->stored.fixed_ns, NULL, err);
	if (!rc && was == KNOT_FINDING_FIXED)
		knot_verified_back(c, old->s, f, o, old->file, old->stored.fixed_ns);
	else if (!rc && (is_back || knot_finding_is_unclear(was)))
		knot_judge_count(c, old->s, f->verdict.kind, 0);
	l->back += was == KNOT_FINDING_FIXED;
	if (!rc && !had_places && b)
		rc = ignore(l, b, &places, err);
	knot_places_free(&places);
	return rc;
}

/* It does not come any more: from here on it is fixed, and when it is met again a regression. */
static int is_gone(struct looking *l, const char *text, struct knot_error *err)
{
	struct knot_old *old = l->old;
	const uint64_t now = knot_clock_wall_ns();

	if (old->stored.state == KNOT_FINDING_FIXED)
		return keep(l, KNOT_FINDING_FIXED, old->stored.fixed_ns, text, err);
	uncount(l);
	old->bucket->fixed_ns = now;
	old->bucket->is_unclear = false;
	l->c->status.fixed++;
	tell(l, KNOT_NEWS_FIXED, text);
	return keep(l, KNOT_FINDING_FIXED, now, text, err);
}

/* Nobody knows what has become of it. What was fixed stays so until it is seen. */
static int is_unclear(
	struct looking *l, enum what_became what, const char *text, struct knot_error *err)
{
	const bool diverged = what == BECAME_DIVERGED;
	const enum knot_finding_state state =
		diverged ? KNOT_FINDING_DIVERGED : KNOT_FINDING_INCONCLUSIVE;
	struct knot_old *old = l->old;

	if (old->stored.state == KNOT_FINDING_FIXED)
		return keep(l, KNOT_FINDING_FIXED, old->stored.fixed_ns, text, err);
	uncount(l);
	old->bucket->is_unclear = true;
	if (old->stored.state != state)
		tell(l, diverged ? KNOT_NEWS_DIVERGED : KNOT_NEWS_INCONCLUSIVE, text);
	return keep(l, state, old->stored.fixed_ns, text, err);
}

/* It keeps its state, and the build that it was looked for on last. */
static int is_left(struct looking *l, const char *text, struct knot_error *err)
{
	struct knot_store_finding f = l->old->stored;
	knot_auto_free char *outcome = knot_xasprintf("%s%s", KNOT_OLD_LEFT, text);

	f.outcome = outcome;
	return knot_store_finding_settle(l->c->store, &f, err);
}

/* --- a look at one --------------------------------------------------------------------------- */

/* What a run is to the one that is looked for; where it is that one, that is written down at once. */
static enum knot_follow_run judge(void *arg, const struct knot_outcome *o)
{
	struct looking *l = arg;
	struct knot_finding f = {0};
	enum knot_follow_run what = KNOT_FOLLOW_CLEAN;

	knot_sitenames_use(l->c->names, knot_replayer_shm(l->replayer));
	l->timed_out |= o->record.timed_out;
	knot_again_judge(l->again, o, &f);
	if (f.verdict.finding && knot_again_is_same(l->again, &f)) {
		what = KNOT_FOLLOW_SAME;
		if (!l->is_met)
			l->rc = is_there(l, o, &f, l->err);
		l->is_met = true;
	} else if (f.verdict.finding || o->record.timed_out) {
		what = KNOT_FOLLOW_OTHER;
		if (!l->other)
			l->other = knot_steal(&f.title);
	}
	knot_finding_free(&f);
	return what;
}

/* A target that writes over the shared memory, or does not come to a run, has not shown anything. */
static int replay(struct looking *l, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, struct knot_error *err)
{
	struct knot_outcome o = {0};
	const int rc = knot_replay_tolerant(l->replayer, target, schedule, &o, err);

	if (!rc && o.ran)
		judge(l, &o);
	knot_outcome_free(&o);
	return rc;
}

static char *left_text(const struct looking *l)
{
	return l->timed_out ? knot_xasprintf("its run takes longer than %.1f s",
				      (double)EACH_NS / KNOT_NS_PER_S)
			    : knot_xstrdup("the time for that was up");
}

static int follow(struct looking *l, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, struct answer *ret, struct knot_error *err)
{
	static const enum what_became became[] = {[KNOT_FOLLOW_REPRODUCED] = BECAME_THERE,
		[KNOT_FOLLOW_FIXED] = BECAME_FIXED,
		[KNOT_FOLLOW_DIVERGED] = BECAME_DIVERGED,
		[KNOT_FOLLOW_ELSE] = BECAME_INCONCLUSIVE,
		[KNOT_FOLLOW_LATE] = BECAME_LEFT};
	const struct knot_follow_options o = {.continuations = CONTINUATIONS,
		.deadline_ns = l->deadline_ns,
		.judge = judge,
		.arg = l};
	struct knot_followed followed;
	const int rc = knot_follow(l->replayer, target, schedule, l->again->crash, l->again->moved,
		l->c->names, &o, &followed, err);

	if (rc)
		return rc;
	ret->what = became[followed.end];
	/* A run that was cut off has not ended otherwise. */
	if (ret->what != BECAME_THERE && l->timed_out)
		ret->what = BECAME_LEFT;
	knot_auto_free char *text = knot_followed_text(&followed);

	if (ret->what == BECAME_LEFT)
		ret->text = left_text(l);
	else if (ret->what == BECAME_INCONCLUSIVE && l->other)
		ret->text = knot_xasprintf("%s: %s", text, l->other);
	else
		ret->text = knot_steal(&text);
	knot_followed_free(&followed);
	return 0;
}

static bool comes_natively(void *arg, const struct knot_outcome *o)
{
	return judge(arg, o) == KNOT_FOLLOW_SAME;
}

static int try_natively(struct looking *l, const struct knot_worker_target *target,
	struct answer *ret, struct knot_error *err)
{
	const struct knot_crash *crash = &l->old->crash;
	const uint32_t wanted = knot_regress_native_tries(crash->reproduced, crash->tries);
	struct knot_native_trial t = {0};
	/* What can be asked of the schedule beside it needs time, too. */
	const uint64_t now = knot_clock_mono_ns();
	const bool beside = crash->controlled && *crash->controlled;
	const uint64_t end_ns =
		beside && now < l->deadline_ns ? now + (l->deadline_ns - now) / 2 : l->deadline_ns;
	struct knot_schedule schedule;
	int rc = 0;

	if (!knot_again_native_schedule(&l->old->again, &schedule)) {
		*ret = (struct answer){.what = BECAME_DIVERGED,
			.text = knot_xstrdup(
				"diverged: an operation of its chain is not there any more")};
		return 0;
	}
	while (!rc && t.tries < wanted && !t.same && knot_clock_mono_ns() < end_ns) {
		const uint32_t before = t.tries, left = wanted - before;

		rc = knot_native_try(l->replayer, target, &schedule,
			before + (left < KNOT_NATIVE_BATCH ? left : KNOT_NATIVE_BATCH),
			comes_natively, l, &t, err);
		if (t.tries == before)
			break;
	}
	knot_outcome_free(&t.outcome);
	if (rc)
		return rc == KNOT_EINPUT ? 0 : rc;
	if (t.same)
		ret->what = BECAME_THERE;
	else if (t.tries >= wanted)
		*ret = (struct answer){.what = BECAME_INCONCLUSIVE,
			.text = knot_xasprintf("inconclusive: it did not come in %" PRIu32
					       " native runs (when it was found in %" PRIu32
					       " of %" PRIu32 ")",
				t.tries, crash->reproduced, crash->tries)};
	else
		ret->text = left_text(l);
	return 0;
}

/* By the schedule of l->again, which is no native one. */
static int ask_schedule(struct looking *l, struct answer *ret, struct knot_error *err)
{
	struct knot_worker_target target = l->old->s->target->run;
	uint32_t memory[KNOT_MEM_MAX];
	const struct knot_schedule schedule = knot_again_schedule(l->again, memory);

	target.salt = l->again->crash->salt;
	target.start_ns = l->again->crash->start_ns;
	const int rc = replay(l, &target, &schedule, err);

	if (rc || l->is_met || l->timed_out) {
		ret->what = l->is_met ? BECAME_THERE : BECAME_LEFT;
		ret->text = l->is_met ? NULL : left_text(l);
		return rc;
	}
	return follow(l, &target, &schedule, ret, err);
}

/* Can it be run as it was found? Else *ret_why says why not; caller frees. */
static bool is_of_ours(const struct looking *l, const struct knot_crash *crash, char **ret_why)
{
	if (knot_crash_config(crash) == l->c->options.cfg_flags)
		return true;
	*ret_why = knot_xstrdup(crash->version < KNOT_CRASH_VERSION
			? "its crash file is of an older goknot, or was found under other flags"
			: "it was found under other flags");
	return false;
}

/* A native finding that does not come may have a schedule beside it, of which more can be said. */
static int ask_beside(struct looking *l, struct answer *ret, struct knot_error *err)
{
	struct knot_old *old = l->old;
	const char *slash = strrchr(old->file, '/'), *name = old->crash.controlled;
	knot_auto_free char *why = NULL;
	struct knot_crash crash = {0};
	int rc = 0;

	if (!name || !*name || strchr(name, '/'))
		return 0;
	knot_auto_free char *file =
		knot_xasprintf("%.*s/%s", (int)(slash - old->file), old->file, name);

	if (!knot_old_read(file, old->s, &crash))
		return 0;
	if (!crash.native && is_of_ours(l, &crash, &why)) {
		struct knot_moved *moved = knot_moved_new(&crash, l->c->project->sites);
		knot_alias_slots aliases = {0};

		knot_moved_aliases(moved, &aliases);
		const struct knot_again beside = {
			.crash = &crash, .moved = moved, .aliases = &aliases, .names = l->c->names};

		l->again = &beside;
		free(ret->text);
		*ret = (struct answer){.what = BECAME_LEFT};
		rc = ask_schedule(l, ret, err);
		l->again = &old->again;
		knot_vec_free(&aliases);
		knot_moved_free(moved);
	}
	knot_crash_free(&crash);
	return rc;
}

static int ask(struct looking *l, struct answer *ret, struct knot_error *err)
{
	struct knot_worker_target target = l->old->s->target->run;
	int rc;

	*ret = (struct answer){.what = BECAME_LEFT};
	if (!is_of_ours(l, &l->old->crash, &ret->text))
		return 0;
	if (!l->old->crash.native)
		return ask_schedule(l, ret, err);
	target.salt = l->old->crash.salt;
	target.start_ns = l->old->crash.start_ns;
	rc = try_natively(l, &target, ret, err);
	if (!rc && !l->is_met && !l->timed_out)
		rc = ask_beside(l, ret, err);
	return rc;
}

static int look_for(
	struct looking *l, struct knot_old *old, uint64_t end_ns, struct knot_error *err)
{
	const uint64_t now = knot_clock_mono_ns();
	struct answer a = {.what = BECAME_LEFT};
	int rc = 0;

	l->old = old;
	l->again = &old->again;
	l->timed_out = l->is_met = false;
	l->rc = 0;
	l->err = err;
	/* One that needs many runs must leave time for the others. */
	l->deadline_ns = now + (now < end_ns ? (end_ns - now) / (l->wanted > 1 ? 2 : 1) : 0);
	l->wanted--;
	if (now < end_ns)
		rc = ask(l, &a, err);
	else
		a.text = left_text(l);
	rc = rc ? rc : l->rc;
	if (!rc) {
		l->count[a.what]++;
		if (a.what == BECAME_FIXED)
			rc = is_gone(l, a.text, err);
		else if (a.what == BECAME_LEFT)
			rc = is_left(l, a.text, err);
		else if (a.what != BECAME_THERE)
			rc = is_unclear(l, a.what, a.text, err);
	}
	l->nameless += !old->has_places;
	free(a.text);
	free(l->other);
	l->other = NULL;
	return rc;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* Nobody is told of what is ignored that it is there, or back. */
static bool is_wanted(struct knot_campaign *c, const struct knot_old *old)
{
	return !old->is_ignored && old->stored.build != knot_regress_build(c, old->s);
}

static int look_for_all(struct looking *l, uint64_t budget_ns, struct knot_error *err)
{
	struct knot_campaign *c = l->c;
	const uint64_t end_ns = knot_clock_mono_ns() + budget_ns;
	struct knot_worker_options o = knot_campaign_worker_options(c, c->replay_sandbox);

	o.timeout_ns = EACH_NS;
	int rc = knot_replayer_open(&o, c->options.cancel, &l->replayer, err);

	/* Those that were left out the last time come first. */
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < c->olds.len && !rc; i++)
			if (c->olds.data[i]->left_out == !turn && is_wanted(c, c->olds.data[i]))
				rc = look_for(l, c->olds.data[i], end_ns, err);
	/* Its region goes with it. */
	if (l->replayer)
		knot_sitenames_learn(c->names);
	knot_sitenames_use(c->names, NULL);
	knot_replayer_close(l->replayer);
	return rc;
}

static void add_count(struct knot_text *t, uint32_t count, const char *what)
{
	if (count)
		knot_text_addf(t, "%s%" PRIu32 " %s", t->len ? ", " : "", count, what);
}

static void sum_up(const struct looking *l, uint64_t took_ns, uint64_t budget_ns)
{
	struct knot_text t = {0};

	add_count(&t, l->count[BECAME_THERE] - l->back, "as before");
	add_count(&t, l->back, "back");
	add_count(&t, l->count[BECAME_FIXED], "fixed");
	add_count(&t, l->count[BECAME_DIVERGED], "diverged");
	add_count(&t, l->count[BECAME_INCONCLUSIVE], "inconclusive");
	add_count(&t, l->count[BECAME_LEFT], "not looked for");
	knot_auto_free char *sums = knot_text_steal(&t);
	knot_auto_free char *text = knot_xasprintf(
		"the code has changed; earlier findings: %s (in %.1f s, %.1f s at most)", sums,
		(double)took_ns / KNOT_NS_PER_S, (double)budget_ns / KNOT_NS_PER_S);

	knot_campaign_tell(l->c, NULL, KNOT_NEWS_NOTE, text);
	if (l->nameless && l->c->options.ignore && l->c->options.ignore->entries.len) {
		knot_auto_free char *more = knot_xasprintf(
			"%" PRIu32
			" of them cannot be ignored until found again: they are of an older goknot",
			l->nameless);

		knot_campaign_tell(l->c, NULL, KNOT_NEWS_NOTE, more);
	}
}

int knot_regress(struct knot_campaign *c, struct knot_error *err)
{
	const uint64_t start_ns = knot_clock_mono_ns();
	const uint64_t budget_ns = knot_regress_budget_ns(&c->options);
	struct looking l = {.c = c};
	int rc = 0;

	for (size_t i = 0; i < c->olds.len; i++)
		l.wanted += is_wanted(c, c->olds.data[i]);
	if (l.wanted) {
		rc = look_for_all(&l, budget_ns, err);
		if (!rc)
			sum_up(&l, knot_clock_mono_ns() - start_ns, budget_ns);
	}
	knot_olds_replayed(c);
	return rc;
}
