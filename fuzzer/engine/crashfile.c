/* SPDX-License-Identifier: BSD-2-Clause */
/* Crash files of a campaign: what a finding is kept as. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/campaign_internal.h"
#include "engine/crashfile.h"
#include "engine/crashnames.h"
#include "engine/timeline.h"
#include "store/finding.h"
#include "explore/describe.h"
#include "explore/sharing.h"
#include "wire/ops.h"

#include <string.h>

static void fill_memory(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, struct knot_crash *crash)
{
	for (uint32_t i = 0; i < plan->request.mem_len; i++) {
		const uint32_t site = plan->request.mem[i];
		knot_auto_free char *at = knot_describe_site(knot_sitenames_view(c->names), site);

		knot_vec_push(&crash->memory,
			knot_xasprintf("%s %08x %s",
				knot_op_name(knot_sharing_op(
					knot_portfolio_sharing(s->portfolio), site)),
				site, at));
	}
}

void knot_crashfile_fill(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct knot_record *rec, uint32_t flags,
	const struct knot_finding *f, struct knot_crash *crash)
{
	const struct knot_project *p = c->project;
	const struct knot_chain chain = knot_chain_get(&plan->request);

	*crash = (struct knot_crash){
		.goknot = knot_xstrdup(KNOT_VERSION),
		.target = knot_xstrdup(s->target->package),
		.dir = knot_xstrdup(s->target->rel_dir),
		.module = knot_xstrdup(s->target->module),
		.test = knot_xstrdup(s->target->test),
		.run = s->target->only ? knot_xstrdup(s->target->only) : NULL,
		.skip = s->target->skip ? knot_xstrdup(s->target->skip) : NULL,
		.go = knot_xstrdup(p->build.go_version),
		.tags = knot_xstrdup(p->options.tags ? p->options.tags : ""),
		.deps = p->options.deps ? knot_xstrdup(p->options.deps) : NULL,
		.race = p->options.race,
		.is_short = p->options.is_short,
		.memory_limit = c->options.memory_bytes,
		.timeout_ns = c->options.timeout_ns,
		.policy = knot_xstrdup(rec->result.flags & KNOT_RUN_NATIVE
				? "native"
				: knot_policy_name(plan->request.policy)),
		.seed = rec->result.seed,
		.depth = plan->request.depth,
		.steps_hint = plan->request.steps_hint,
		.step_limit = plan->request.step_limit,
		.fair_after = plan->request.fair_after,
		.salt = s->target->run.salt,
		.start_ns = s->target->run.start_ns,
		.request_flags =
			(plan->request.flags & (KNOT_REQ_NO_TIMER | KNOT_REQ_SHORT_TIMER)) | flags,
		.config_flags = c->options.cfg_flags,
	};
	for (size_t i = 0; p->options.args && p->options.args[i]; i++)
		knot_vec_push(&crash->args, knot_xstrdup(p->options.args[i]));
	knot_finding_describe_chain(&chain, rec, c->names, crash);
	fill_memory(c, s, plan, crash);
	knot_finding_describe(f, rec, c->names, crash);
	crash->code = knot_crashnames_code(crash, p);
}

int knot_crashfile_read(const char *file, struct knot_crash *ret, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	int rc = knot_file_read(file, KNOT_CRASH_MAX_BYTES, &text, &len, err);

	if (!rc && (rc = knot_crash_decode(knot_span_of(text, len), ret, err)))
		knot_error_wrap(err, "%s", file);
	return rc;
}

/* Whose file is it, when the code has moved so that another finding has the bucket now? */
struct owner {
	const char *name; /* of the file */
	uint64_t bucket;
	bool is_another;
};

static int on_stored(void *arg, const struct knot_store_finding *f, struct knot_error *err)
{
	struct owner *o = arg;

	(void)err;
	o->is_another |= !strcmp(f->crash_file, o->name) && f->bucket != o->bucket;
	return 0;
}

static bool is_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Does the file belong to this finding, or to nobody? Two packages may have tests of one name, and a test subtests. */
static bool is_ours(const struct knot_campaign *c, const char *file, const struct knot_crash *crash)
{
	const char *slash = strrchr(file, '/');
	struct owner owner = {.name = slash ? slash + 1 : file, .bucket = crash->bucket};
	struct knot_crash there = {0};

	if (!knot_file_exists(file))
		return true;
	bool ours = !knot_crashfile_read(file, &there, NULL) &&
		!strcmp(there.target, crash->target) && there.bucket == crash->bucket &&
		is_text(there.run, crash->run) && is_text(there.skip, crash->skip);

	/* A store that fails says so soon enough, to those who can tell. */
	if (ours)
		(void)knot_store_finding_each(c->store, 0, on_stored, &owner, NULL);
	knot_crash_free(&there);
	return ours && !owner.is_another;
}

static char *file_stem(
	const struct knot_campaign *c, const char *dir, const struct knot_crash *crash)
{
	const char *sched = crash->native ? "-native" : "";

	for (unsigned n = 1;; n++) {
		knot_auto_free char *stem = n == 1
			? knot_xasprintf("%s/%s-%s-%08x%s", dir, crash->test, crash->verdict,
				  (unsigned)(crash->bucket >> 32), sched)
			: knot_xasprintf("%s/%s-%s-%08x%s-%u", dir, crash->test, crash->verdict,
				  (unsigned)(crash->bucket >> 32), sched, n);
		knot_auto_free char *file = knot_xasprintf("%s.crash", stem);

		if (is_ours(c, file, crash))
			return knot_steal(&stem);
	}
}

static int write_output(const char *file, const struct knot_outcome *o, struct knot_error *err)
{
	const size_t race_len = o->record.race_text ? o->record.race_len : 0;
	const size_t len = o->out_len + o->err_len + race_len;
	knot_auto_free char *all = knot_xalloc(len + 1);

	if (o->out)
		memcpy(all, o->out, o->out_len);
	if (o->err)
		memcpy(all + o->out_len, o->err, o->err_len);
	if (race_len)
		memcpy(all + o->out_len + o->err_len, o->record.race_text, race_len);
	return knot_file_write(file, all, len, err);
}

int knot_crashfile_write(struct knot_campaign *c, const struct knot_crash *crash,
	const struct knot_outcome *o, const char *explanation, struct knot_timeline *timeline,
	char **ret_file, struct knot_error *err)
{
	knot_auto_free char *dir = knot_xasprintf("%s/crashes", c->options.campaign_dir);
	knot_auto_free char *stem = file_stem(c, dir, crash);
	knot_auto_free char *file = knot_xasprintf("%s.crash", stem);
	knot_auto_free char *output = knot_xasprintf("%s.output", stem);
	knot_auto_free char *dump = knot_xasprintf("%s.goroutines", stem);
	knot_auto_free char *text = NULL;
	size_t len;
	int rc = knot_file_mkdirs(dir, 0777, err);

	if (rc || (rc = knot_crash_encode(crash, &text, &len, err)) ||
		(rc = write_output(output, o, err)))
		return rc;
	if (o->record.dump &&
		(rc = knot_file_write(dump, o->record.dump, strlen(o->record.dump), err)))
		return rc;
	knot_auto_free char *explained = knot_xasprintf("%s.explanation", stem);

	if ((explanation &&
		    (rc = knot_file_write(explained, explanation, strlen(explanation), err))) ||
		(rc = knot_timeline_write(timeline, crash, file, err)))
		return rc;
	/* Last: who sees the crash file finds the others. */
	if ((rc = knot_file_write(file, text, len, err)))
		return rc;
	*ret_file = knot_steal(&file);
	return 0;
}
