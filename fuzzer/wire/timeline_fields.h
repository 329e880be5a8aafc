/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of a timeline's JSON, for reader and writer alike. Private to timeline_json.c and timeline_decode.c. */
#ifndef KNOT_WIRE_TIMELINE_FIELDS_H
#define KNOT_WIRE_TIMELINE_FIELDS_H

#include "wire/timeline_json.h"

#include <stdbool.h>

enum knot_tlf_type {
	KNOT_TLF_TEXT, /* char *, NULL is left out */
	KNOT_TLF_U32,
	KNOT_TLF_U64, /* a number: what is greater than 2^63 - 1 is cut to that */
	KNOT_TLF_HEX, /* uint64_t as 16 digits in a string */
	KNOT_TLF_DECIMAL, /* uint64_t in a string */
	KNOT_TLF_BOOL,
	KNOT_TLF_NAME, /* uint8_t by its name */
	KNOT_TLF_REF, /* uint32_t: index in a list, NONE is left out */
	KNOT_TLF_TO, /* of an event, whose kind says what it is */
};

enum knot_tlf_list {
	KNOT_TLF_SITES,
	KNOT_TLF_PRIMITIVES,
	KNOT_TLF_GOROUTINES,
	KNOT_TLF_EVENTS,
	KNOT_TLF_SPANS,
	KNOT_TLF_ARROWS,
	KNOT_TLF_WAITS,
	KNOT_TLF_SWITCHES,
	KNOT_TLF_LISTS
};

struct knot_tlf {
	const char *key;
	size_t offset;
	const char *(*name)(uint32_t number); /* of a NAME */
	uint32_t names; /* how many of them */
	uint8_t type; /* enum knot_tlf_type */
	uint8_t list; /* of a REF */
	bool always; /* else 0, false, the first name, is left out */
};

struct knot_tlf_rows {
	const char *key;
	const struct knot_tlf *fields;
	size_t fields_len;
	size_t (*len)(const struct knot_timeline *t);
	const void *(*row)(const struct knot_timeline *t, size_t i);
	void *(*push)(struct knot_timeline *t); /* zeroed, with NONE where that is left out */
	size_t max;
};

extern const struct knot_tlf_rows knot_tlf_lists[KNOT_TLF_LISTS];
/* What stands at the top beside the lists. */
extern const struct knot_tlf knot_tlf_top[];
extern const size_t knot_tlf_top_len;

/* What "to" of an event of that kind is called, and of which type it is; NULL = it has none. */
const char *knot_tlf_to(uint32_t kind, enum knot_tlf_type *ret_type);

#endif
