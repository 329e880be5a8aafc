/* SPDX-License-Identifier: BSD-2-Clause */
/* A test that creates two goroutines, and the names of its sites: the line is the number. */
#ifndef TESTS_UNIT_EXPLORE_TWO_CHILDREN_H
#define TESTS_UNIT_EXPLORE_TWO_CHILDREN_H

#include "base/hash.h"
#include "explore/names.h"
#include "wire/abi.h"

static const struct knot_shm_goroutine gs[] = {{.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE},
	{.path = 11, .parent = 0, .site = 26}, {.path = 12, .parent = 0, .site = 27}};

/* Of 40 alone more is known. */
static inline const struct knot_site_name *name_site(void *arg, uint32_t site)
{
	static struct knot_site_name name;

	(void)arg;
	name = (struct knot_site_name){.file = "a.go",
		.path = site == 40 ? "/m/a.go" : NULL,
		.line = site,
		.primitive = site == 40 ? "s.mu" : NULL};
	return &name;
}

static const struct knot_names names = {.site = name_site};

/* Of a KNOT_EV_SWITCH: who goes on, and behind how many operations. */
#define AUX(to, ops) ((uint64_t)(to) | (uint64_t)(ops) << 16)

static inline struct knot_shm_event event(
	uint8_t kind, uint32_t step, uint16_t g, uint8_t op, uint32_t site, uint64_t aux)
{
	return (struct knot_shm_event){
		.step = step, .g = g, .kind = kind, .op = op, .site = site, .aux = aux};
}

#endif
