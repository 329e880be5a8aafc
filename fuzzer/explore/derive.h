/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A chain out of a trace: the order in which a run came to its end, as far as a chain can ask for it. A
 * native run that ended badly by luck is tried again under such a chain.
 *
 * What counts are the operations on primitives that several goroutines use, and, behind them, the locks that
 * goroutines were still blocked in. Between two switches from one goroutine to another only the first and
 * the last operation say anything about order.
 */
#ifndef KNOT_EXPLORE_DERIVE_H
#define KNOT_EXPLORE_DERIVE_H

#include "explore/run_view.h"
#include "wire/chain.h"

/* The last switches of the run, at most KNOT_CHAIN_MAX operations. False when there are not so many. */
bool knot_derive_chain(const struct knot_run_view *view, const struct knot_shm_snap *snaps,
	size_t snaps_len, uint32_t switches, struct knot_chain *ret_chain);

#endif
