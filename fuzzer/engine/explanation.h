/* SPDX-License-Identifier: BSD-2-Clause */
/* explore/explain.h with what the engine knows: the finding's own lines, and the source files. */
#ifndef KNOT_ENGINE_EXPLANATION_H
#define KNOT_ENGINE_EXPLANATION_H

#include "engine/finding.h"

struct knot_sitenames;

/* Calls line for each line of the explanation, with its title or without. plain: what run-until-block ends in, NULL = not known. */
void knot_explanation(const struct knot_finding *f, const struct knot_record *rec,
	struct knot_sitenames *names, bool titled, const char *plain,
	void (*line)(void *arg, const char *text), void *arg);
/* The sentence about run-until-block. same: it ends as the finding does, else in end (KNOT_END_*). Caller frees. */
char *knot_explanation_plain(bool same, uint32_t end);

#endif
