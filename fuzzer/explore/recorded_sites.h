/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an operation of a recording stands in the site table: by the import path of its package, the base name of its
 * file, its line and its kind, so that it does not matter in which directory the program was built, or with -trimpath.
 * Where that finds nothing, by the function, when there is one site of the kind in it: a deferred call is seen at the
 * end of its function, and the lines of code that has changed since are others.
 */
#ifndef KNOT_EXPLORE_RECORDED_SITES_H
#define KNOT_EXPLORE_RECORDED_SITES_H

#include <stdbool.h>
#include <stdint.h>

struct knot_recorded_sites;
struct knot_recording;
struct knot_recording_event;
struct knot_sites;

/* Why an operation of a recording has no place in a chain. */
enum knot_recorded_why {
	KNOT_RECORDED_MAPPED,
	KNOT_RECORDED_UNPLACED, /* there is no position, or of the runtime and of package sync only */
	KNOT_RECORDED_ELSEWHERE, /* in a package that is not in the site table */
	KNOT_RECORDED_NO_SITE, /* no site of its kind stands there */
	KNOT_RECORDED_SEVERAL, /* several do, and nothing tells them apart */
	KNOT_RECORDED_NO_ORDER, /* a go statement: it is on no object, so that there is nothing to order */
	KNOT_RECORDED_WHYS
};

struct knot_recorded_site {
	enum knot_recorded_why why;
	uint32_t site, op; /* as a chain names them; mapped only */
	bool by_function; /* its line said nothing */
};

/* Both borrowed. Caller frees with knot_recorded_sites_free. */
struct knot_recorded_sites *knot_recorded_sites_new(
	const struct knot_recording *r, const struct knot_sites *sites);
void knot_recorded_sites_free(struct knot_recorded_sites *m);

/* Is the event the beginning of an operation that a site can stand for? */
bool knot_recorded_is_operation(const struct knot_recording_event *e);
/* Of such an event of the recording. */
struct knot_recorded_site knot_recorded_site_of(
	struct knot_recorded_sites *m, const struct knot_recording_event *e);

#endif
