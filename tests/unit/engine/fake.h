/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A target without Go: the unit test's own binary, started by a worker, answers the requests in the shared
 * memory as the fake test of its name wants it. So what the engine makes of ends, replays and damage is tested
 * without a build.
 */
#ifndef KNOT_TESTS_ENGINE_FAKE_H
#define KNOT_TESTS_ENGINE_FAKE_H

#include "wire/abi.h"

#include <stdbool.h>

/* The process of the target. */
struct knot_fake {
	struct knot_shm_header *h;
	unsigned answered; /* requests, by this process */
};

struct knot_fake_test {
	const char *name;
	/* Answers one request, with knot_fake_end or worse. */
	void (*answer)(struct knot_fake *t, const struct knot_shm_request *request);
};

/* Of the tests in this binary; ended by one without a name. */
extern const struct knot_fake_test knot_fake_tests[];

/* All runs of the request have ended so; a bad end is that of the last one. */
void knot_fake_end(
	struct knot_fake *t, const struct knot_shm_request *request, uint32_t end, uint32_t site);
/* A position in the site table. */
void knot_fake_position(struct knot_fake *t, uint32_t site, const char *file, uint32_t line);

#endif
