/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/nosubtest.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "engine/campaign_internal.h"
#include "wire/text.h"

#include <string.h>

#define SHOWN_BYTES 200
#define STEPS 100000
static const char nothing[] = "testing: warning: no tests to run\n";

int knot_nosubtest_ask(struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	/* Package testing asks for a second round, and only then sees that the first one had nothing to run. */
	const struct knot_schedule plain = {.seed = 1,
		.step_limit = STEPS,
		.flags = KNOT_REQ_WARM,
		.end_only = true,
		.to_the_end = true};
	struct knot_outcome o = {0};

	if (s->asked_subtests || !s->target->only || !strchr(s->target->only, '/'))
		return 0;
	s->asked_subtests = true;
	const int rc = knot_judge_replay(c, s, &plain, &o, err);

	if (!rc && o.err_len && memmem(o.err, o.err_len, nothing, strlen(nothing))) {
		knot_auto_free char *name =
			knot_text_escape(knot_span_str(s->target->name), SHOWN_BYTES);
		knot_auto_free char *text = knot_xasprintf(
			"warning: %s %s: no tests to run: no subtest has such a name",
			s->target->package, name);

		knot_campaign_tell(c, s, KNOT_NEWS_NOTE, text);
	}
	knot_outcome_free(&o);
	return rc;
}
