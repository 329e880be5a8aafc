/* SPDX-License-Identifier: BSD-2-Clause */
/* What code scanning is told about each verdict. Private to view/. */
#ifndef KNOT_VIEW_SARIF_RULES_H
#define KNOT_VIEW_SARIF_RULES_H

#include <stddef.h>

struct knot_sarif_rule {
	const char *verdict; /* the rule's id */
	const char *name; /* one word, in Pascal case */
	const char *level; /* "error", "warning" */
	const char *brief; /* a sentence */
	const char *full;
	const char *help;
};

size_t knot_sarif_rules(void);
const struct knot_sarif_rule *knot_sarif_rule(size_t i);
/* knot_sarif_rules() when there is none. */
size_t knot_sarif_rule_of(const char *verdict);

#endif
