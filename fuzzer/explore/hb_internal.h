/* SPDX-License-Identifier: BSD-2-Clause */
/* What hb.c (traces) and hb_query.c (chains) share. */
#ifndef KNOT_EXPLORE_HB_INTERNAL_H
#define KNOT_EXPLORE_HB_INTERNAL_H

#include "explore/evidence.h"
#include "explore/hb.h"
#include "explore/partners.h"

struct knot_hb {
	const struct knot_cpop *cpop;
	struct knot_budget *budget;
	struct knot_evidence evidence;
	struct knot_partners partners;
};

#endif
