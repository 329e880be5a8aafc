/* SPDX-License-Identifier: BSD-2-Clause */
/* A report of the race detector in goknot's words. */
#ifndef KNOT_ENGINE_RACE_H
#define KNOT_ENGINE_RACE_H

#include "wire/race.h"

struct knot_names;
struct knot_sharing;
struct knot_sitenames;

/* The two positions as sites, in no order; false when the detector has lost both. */
bool knot_race_sites(
	const struct knot_race *race, struct knot_sitenames *names, uint32_t ret_sites[2]);
/* "write at a.go:12, after a read at a.go:9 in another goroutine". Caller frees. */
char *knot_race_message(const struct knot_race *race);
/* Both stacks, a line for each frame, and where the goroutines were created. Caller frees the lines. */
size_t knot_race_lines(const struct knot_race *race);
char *knot_race_line(const struct knot_race *race, size_t nth);

/* Makes both positions known as ones that raced, whatever is done there: n++ is a read and a write. */
void knot_race_share(
	const struct knot_race *race, struct knot_sitenames *names, struct knot_sharing *sharing);

#endif
