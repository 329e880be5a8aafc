/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a finding is: of each goroutine that it is about the functions and sites by which an ignore file can name it.
 * As text, which the campaign database keeps, a goroutine is a line and a place two words of it, function and site.
 */
#ifndef KNOT_WIRE_PLACES_H
#define KNOT_WIRE_PLACES_H

#include "base/span.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define KNOT_PLACES_MAX 4096 /* of a finding */
#define KNOT_PLACES_MAX_BYTES (4u << 20)

struct knot_place {
	uint32_t goroutine; /* from 0 on, none left out, in order */
	char *function; /* with its package: "net/http.(*persistConn).readLoop"; "" = unknown */
	char *site; /* "store/store.go:41"; "" = unknown */
};

/* Owns its texts; {0} is empty. */
struct knot_places {
	KNOT_VEC(struct knot_place) list;
};

/* next: of another goroutine than the place before. Copies; NULL is "". */
void knot_places_add(struct knot_places *p, bool next, const char *function, const char *site);
uint32_t knot_places_goroutines(const struct knot_places *p);
void knot_places_free(struct knot_places *p);

/* Caller frees. */
char *knot_places_encode(const struct knot_places *p);
/* False, and nothing, for what encode does not make. Caller frees with knot_places_free. */
bool knot_places_decode(struct knot_span text, struct knot_places *ret_places);

#endif
