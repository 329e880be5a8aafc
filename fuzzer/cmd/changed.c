/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/changed.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "engine/sitenames.h"
#include "explore/bucket.h"
#include "wire/text.h"

#include <string.h>

struct asked {
	struct knot_crash_run *run;
	const struct knot_changed_options *options;
	char *title, *other; /* of the first run that was the same, and that was not */
	char *moved;
};

struct knot_schedule knot_changed_schedule(const struct knot_crash_run *r, uint32_t *memory)
{
	const struct knot_again again = knot_crash_run_again(r);

	return knot_again_schedule(&again, memory);
}

bool knot_changed_is_same(const struct knot_crash_run *r, const struct knot_finding *f)
{
	const struct knot_again again = knot_crash_run_again(r);

	return knot_again_is_same(&again, f);
}

bool knot_changed_may_be_why(const struct knot_crash_run *r, bool diverged, bool same_hash)
{
	return r->code == KNOT_CODE_CHANGED ||
		(r->code == KNOT_CODE_UNKNOWN && (diverged || !same_hash));
}

/* "lock a.go:41, send a.go:50" */
static char *signature(const struct knot_crash_run *r, const struct knot_finding *f)
{
	struct knot_text t = {0};

	for (size_t i = 0; i < knot_bucket_signature_len(&f->verdict); i++) {
		knot_auto_free char *one =
			knot_bucket_signature(&f->verdict, i, knot_sitenames_view(r->names));

		knot_text_addf(&t, "%s%s", i ? ", " : "", one);
	}
	return knot_text_steal(&t);
}

char *knot_changed_moved_text(const struct knot_crash_run *r, const struct knot_finding *f)
{
	const struct knot_crash *c = &r->crash;
	knot_auto_free char *now = signature(r, f);
	struct knot_text t = {0};

	if (f->bucket == c->bucket)
		return NULL;
	knot_text_addf(&t, "reproduced (%s)%s%s", c->verdict, *now ? " at " : "", now);
	for (size_t i = 0; i < c->signature.len; i++)
		knot_text_addf(&t, "%s%s", i ? ", " : " (was ", c->signature.data[i]);
	if (c->signature.len)
		knot_text_adds(&t, ")");
	return knot_text_steal(&t);
}

char *knot_changed_release_text(const struct knot_crash_run *r)
{
	const char *go = r->place->project.build.go_version;

	if (!strcmp(r->crash.go, go))
		return NULL;
	return knot_xasprintf("the crash file is of %s, and this is %s: the schedule may not fit",
		r->crash.go, go);
}

static enum knot_follow_run judge(void *arg, const struct knot_outcome *o)
{
	struct asked *a = arg;
	struct knot_finding f = {0};
	enum knot_follow_run what = KNOT_FOLLOW_CLEAN;

	knot_crash_run_judge(a->run, o, &f);
	if (a->options->known && a->options->known(a->options->arg, a->run, &f, o))
		what = KNOT_FOLLOW_CLEAN;
	else if (knot_changed_is_same(a->run, &f))
		what = KNOT_FOLLOW_SAME;
	else if (f.verdict.finding)
		what = KNOT_FOLLOW_OTHER;
	char **title = what == KNOT_FOLLOW_SAME ? &a->title : &a->other;

	if (what != KNOT_FOLLOW_CLEAN && !*title)
		*title = knot_steal(&f.title);
	if (what == KNOT_FOLLOW_SAME && !a->moved)
		a->moved = knot_changed_moved_text(a->run, &f);
	knot_finding_free(&f);
	return what;
}

/* How the bug was come by tells how sure one can be that it comes again. */
static char *text_of(const struct asked *a, const struct knot_followed *f)
{
	knot_auto_free char *text = knot_followed_text(f);

	if (f->end == KNOT_FOLLOW_REPRODUCED)
		return knot_xasprintf("%s%s%s, by %s", a->moved ? a->moved : "reproduced (",
			a->moved ? "" : a->run->crash.verdict, a->moved ? "" : ")",
			f->runs ? "a continuation of its schedule" : "its switches");
	if (f->end == KNOT_FOLLOW_ELSE && a->other)
		return knot_xasprintf("%s: %s", text, a->other);
	return knot_steal(&text);
}

int knot_changed_follow(struct knot_crash_run *r, const struct knot_changed_options *options,
	struct knot_changed *ret, struct knot_error *err)
{
	struct asked asked = {.run = r, .options = options};
	uint32_t memory[KNOT_MEM_MAX];
	const struct knot_schedule schedule = knot_changed_schedule(r, memory);
	const struct knot_follow_options o = {
		.continuations = options->continuations, .judge = judge, .arg = &asked};
	struct knot_changed c = {0};
	const int rc = knot_follow(r->replayer, r->target, &schedule, &r->crash, r->moved, r->names,
		&o, &c.followed, err);

	if (!rc) {
		c.text = text_of(&asked, &c.followed);
		c.title = asked.title ? knot_steal(&asked.title) : knot_steal(&asked.other);
		*ret = c;
	}
	free(asked.title);
	free(asked.other);
	free(asked.moved);
	return rc;
}

const char *knot_changed_outcome(const struct knot_changed *c)
{
	static const char *const words[] = {[KNOT_FOLLOW_REPRODUCED] = "reproduced",
		[KNOT_FOLLOW_FIXED] = "fixed",
		[KNOT_FOLLOW_DIVERGED] = "diverged",
		[KNOT_FOLLOW_ELSE] = "other",
		[KNOT_FOLLOW_LATE] = "late"};

	return words[c->followed.end];
}

void knot_changed_free(struct knot_changed *c)
{
	knot_followed_free(&c->followed);
	free(c->title);
	free(c->text);
	*c = (struct knot_changed){0};
}
