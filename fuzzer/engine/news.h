/* SPDX-License-Identifier: BSD-2-Clause */
/* What a campaign tells while it goes on. */
#ifndef KNOT_ENGINE_NEWS_H
#define KNOT_ENGINE_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_finding;
struct knot_minimized;
struct knot_record;
struct knot_sitenames;
struct knot_target;

enum knot_campaign_news {
	KNOT_NEWS_FINDING, /* verified: finding, crash_file and target are set */
	KNOT_NEWS_IGNORED, /* verified, and matched by the ignore file: text says why; told once a session */
	KNOT_NEWS_FIXED, /* a finding of an earlier build: its schedule ends well now; of finding the title is set */
	KNOT_NEWS_DIVERGED, /* such a one: its schedule cannot be followed any more; text says where */
	KNOT_NEWS_INCONCLUSIVE, /* such a one: text says what became of it */
	KNOT_NEWS_LISTED, /* a bad end that is no finding: finding is set, text says why */
	KNOT_NEWS_REJECTED, /* a candidate that did not replay */
	KNOT_NEWS_AUDIT, /* a run was replayed: audit, finding (its verdict) and record are set */
	KNOT_NEWS_TRIAL, /* a chain was forced: trial is set */
	KNOT_NEWS_ASIDE, /* a target that cannot be run: text says why */
	KNOT_NEWS_NOTE, /* anything else worth a line */
};

/* How the replay of a run went. */
struct knot_campaign_audit {
	bool reproduced, same_hash;
	uint64_t cpu_ns, wall_ns; /* of the replay's whole process */
};

/* How a chain went that a campaign refused as impossible, or tried. */
struct knot_campaign_trial {
	const char *chain; /* in words */
	const char *why; /* it was refused: "order" or "clocks"; NULL = it was tried */
	const char *refused_now; /* likewise, by what is known at the end */
	uint32_t len;
	uint32_t runs; /* that forced it, until one had all of it in order */
	uint64_t earlier,
		earlier_whole; /* runs of the campaign under it, and those that had all of it */
	bool had; /* in one of these or those */
};

struct knot_campaign_news_item {
	enum knot_campaign_news kind;
	const struct knot_target *target;
	const struct knot_finding *finding;
	const struct knot_record *record; /* of the verified run */
	struct knot_sitenames *names;
	const struct knot_campaign_audit *audit;
	const struct knot_campaign_trial *trial;
	const char *crash_file; /* absolute */
	bool native; /* verified by tries native runs, same of which ended the same way */
	uint32_t tries, same;
	const char *controlled_file; /* absolute; replays exactly; NULL = none was found */
	const char *title, *message; /* listed: of what happened; message "" = not known */
	const char *text;
	uint64_t fixed_ns; /* finding: a regression, which had been fixed then; 0 = it is none */
	const char *to_ignore; /* finding: lines for an ignore file, NULL = none are proposed */
	const struct knot_minimized
		*minimized; /* finding: how that went, NULL = it was not tried */
	const char *const *critical; /* its critical switches, when there is a smaller schedule */
	size_t critical_len;
};

#endif
