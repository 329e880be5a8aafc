/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/finding_state.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/json.h"
#include "store/finding.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

/* Names in it are the target's. Caller frees. */
static char *outcome_of(const struct knot_store_finding *f)
{
	return knot_text_escape(knot_span_str(f->outcome), LINE_MAX_BYTES);
}

char *knot_finding_state_text(const struct knot_store_finding *f)
{
	const bool verified = f->state == KNOT_FINDING_IGNORED || f->state == KNOT_FINDING_FIXED;

	if (knot_finding_is_unclear(f->state))
		return knot_xasprintf("%s (it was verified by %" PRIu64 " of %" PRIu64 " replays)",
			knot_finding_state_name(f->state), f->reproduced, f->replays);
	return knot_xasprintf("%s by %" PRIu64 " of %" PRIu64 " replays",
		knot_finding_state_name(verified ? KNOT_FINDING_VERIFIED : f->state), f->reproduced,
		f->replays);
}

void knot_finding_state_print(const struct knot_store_finding *f, const char *indent)
{
	static const char fixed[] = "fixed: ";
	const char *name = knot_finding_fixed_name(f);
	knot_auto_free char *day = knot_text_day(f->fixed_ns);
	knot_auto_free char *outcome = outcome_of(f);
	const char *rest = outcome;

	if (name && f->state == KNOT_FINDING_FIXED) {
		const bool said = !strncmp(outcome, fixed, strlen(fixed));

		rest = said ? "" : rest;
		printf("%s%s: its schedule ends well since %s%s%s\n", indent, name, day,
			said ? ": " : "", said ? outcome + strlen(fixed) : "");
	} else if (name) {
		printf("%s%s: it was fixed on %s\n", indent, name, day);
	}
	if (f->state == KNOT_FINDING_IGNORED) {
		/* It was escaped when it was read. */
		knot_auto_free char *why =
			knot_text_tame(knot_span_str(f->ignored), LINE_MAX_BYTES);

		printf("%signored: %s\n", indent, why);
	}
	if (*rest)
		printf("%s%s\n", indent, rest);
}

void knot_finding_state_json(const struct knot_store_finding *f, struct knot_json_line *line)
{
	const char *name = knot_finding_fixed_name(f);
	knot_auto_free char *day = knot_text_day(f->fixed_ns);

	knot_json_line_text(line, "state", knot_finding_state_name(f->state));
	if (f->state == KNOT_FINDING_IGNORED)
		knot_json_line_text(line, "ignored", f->ignored);
	if (name)
		knot_json_line_text(line, name, day);
	if (*f->outcome)
		knot_json_line_text(line, "outcome_text", f->outcome);
}
