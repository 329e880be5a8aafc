/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether -run leaves anything of a test: "TestA/b" may name no subtest that there is. */
#ifndef KNOT_ENGINE_NOSUBTEST_H
#define KNOT_ENGINE_NOSUBTEST_H

struct knot_campaign;
struct knot_error;
struct knot_target_state;

/* Once for a test of which -run names subtests: a replay of its own, and a warning when package testing finds none. */
int knot_nosubtest_ask(
	struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err);

#endif
