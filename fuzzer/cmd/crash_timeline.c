/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/crash_timeline.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/crashfile.h"
#include "engine/native.h"
#include "engine/sitenames.h"
#include "engine/timeline.h"
#include "wire/timeline_json.h"

#include <string.h>

/* Runs that a native finding is given to end as saved. */
#define NATIVE_TIMES 20

static int read_kept(const char *path, const struct knot_crash *crash, struct knot_timeline *ret,
	struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	struct knot_timeline t = {0};
	size_t len;
	int rc = knot_file_read(path, KNOT_TIMELINE_MAX_BYTES, &text, &len, err);

	if (rc || (rc = knot_timeline_decode(knot_span_of(text, len), &t, err)))
		return rc;
	if (t.schedule_hash != crash->schedule_hash || t.bucket != crash->bucket) {
		knot_timeline_free(&t);
		return knot_error_set(err, KNOT_EINPUT, "it is of another schedule");
	}
	*ret = t;
	return 0;
}

static bool ends_as_saved(void *arg, const struct knot_outcome *o)
{
	return knot_crash_run_same(arg, o);
}

static int run_native(struct knot_crash_run *r, struct knot_outcome *ret, struct knot_error *err)
{
	const struct knot_schedule schedule = knot_crash_run_native_schedule(r);
	struct knot_native_trial t = {0};
	const int rc = knot_native_try(
		r->replayer, r->target, &schedule, NATIVE_TIMES, ends_as_saved, r, &t, err);

	*ret = t.outcome;
	return rc;
}

static int run_schedule(struct knot_crash_run *r, struct knot_outcome *ret, struct knot_error *err)
{
	uint32_t memory[KNOT_MEM_MAX];
	struct knot_schedule schedule = knot_crash_run_schedule(r, memory);

	/* So that the run says where it departs from run-until-block. */
	if (r->crash.switches.len)
		schedule.policy = KNOT_POLICY_SWITCH;
	return knot_replay(r->replayer, r->target, &schedule, ret, err);
}

static int replay(const char *file, const struct knot_crash_run_options *options,
	struct knot_crash_timeline *ret, struct knot_error *err)
{
	struct knot_crash_run r = {0};
	struct knot_outcome o = {0};
	struct knot_finding f = {0};
	int rc = knot_crash_run_read(&r, file, options, err);

	if (!rc)
		rc = knot_crash_run_open(&r, options, err);
	if (!rc)
		rc = r.crash.native ? run_native(&r, &o, err) : run_schedule(&r, &o, err);
	if (!rc && !o.ran)
		rc = knot_error_set(err, KNOT_EUSAGE, "the process ends before the run begins");
	if (!rc) {
		ret->replayed = true;
		ret->same = knot_crash_run_same(&r, &o);
		knot_crash_run_judge(&r, &o, &f);
		knot_timeline_of_run(&f, &o.record, r.names, NULL, &ret->timeline);
		knot_timeline_of_crash(&ret->timeline, &r.crash, file);
	}
	knot_finding_free(&f);
	knot_outcome_free(&o);
	knot_crash_run_close(&r);
	return rc;
}

int knot_crash_timeline(const char *file, const struct knot_crash_run_options *options,
	struct knot_crash_timeline *ret, struct knot_error *err)
{
	knot_auto_free char *path = knot_timeline_file(file);
	struct knot_crash crash = {0};
	struct knot_error why = {0};
	int rc = knot_crashfile_read(file, &crash, err);

	if (rc)
		return rc;
	if (knot_file_exists(path)) {
		if (read_kept(path, &crash, &ret->timeline, &why))
			ret->why = knot_xasprintf("%s is not used: %s", path, why.message);
		else
			ret->same = true;
	}
	knot_crash_free(&crash);
	return ret->same ? 0 : replay(file, options, ret, err);
}

void knot_crash_timeline_free(struct knot_crash_timeline *t)
{
	knot_timeline_free(&t->timeline);
	free(t->why);
	*t = (struct knot_crash_timeline){0};
}
