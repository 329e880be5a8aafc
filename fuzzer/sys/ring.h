/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rings of the shared region and their pages. What a long run has written would stay in memory for good,
 * in goknot's own and in the region: a copy leaves goknot's, a release the region.
 */
#ifndef KNOT_SYS_RING_H
#define KNOT_SYS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a ring lies in the region: at byte off, slots elements of size bytes each. */
struct knot_ring {
	uint64_t off, slots;
	size_t size;
};

/* From this size on a copy is long, and a release worth a call. */
#define KNOT_RING_PIECE_BYTES (1u << 20)

/*
 * Copies count elements from cursor start on; base is the region's. The pages behind a long copy (then the
 * answer is true) leave goknot's own memory: the target has them still, and read again they come back.
 */
bool knot_ring_copy(
	uint8_t *base, const struct knot_ring *ring, uint64_t start, uint64_t count, void *dst);
/*
 * Gives the whole pages between two cursors back to the kernel once they are worth it, and moves *from. To be
 * called before the target learns that it may write there again.
 */
void knot_ring_give_back(int fd, const struct knot_ring *ring, uint64_t *from, uint64_t to);

#endif
