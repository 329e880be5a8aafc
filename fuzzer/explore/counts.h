/* SPDX-License-Identifier: BSD-2-Clause */
/* How often each goroutine has executed each operation at each site: what "the nth lock at m.go:12 by G2" is counted with. */
#ifndef KNOT_EXPLORE_COUNTS_H
#define KNOT_EXPLORE_COUNTS_H

#include <stdint.h>

struct knot_counts_entry;

/* Empty when zeroed. Free with knot_counts_free, which leaves it empty and usable. */
struct knot_counts {
	struct knot_counts_entry *entries;
};

/* 0 at first. op 0: whatever the operation is. Borrowed until the table is freed. */
uint32_t *knot_counts_of(struct knot_counts *c, uint16_t g, uint8_t op, uint32_t site);
void knot_counts_free(struct knot_counts *c);

#endif
