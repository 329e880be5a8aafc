/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/ring.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096u

/* The bytes from cursor start on that lie in one piece, at most count elements. */
static uint64_t piece_at(
	const struct knot_ring *ring, uint64_t start, uint64_t count, uint64_t *ret_off)
{
	const uint64_t first = start % ring->slots;
	const uint64_t piece = count < ring->slots - first ? count : ring->slots - first;
	*ret_off = ring->off + first * ring->size;
	return piece * ring->size < KNOT_RING_PIECE_BYTES ? piece * ring->size
							  : KNOT_RING_PIECE_BYTES;
}

bool knot_ring_copy(
	uint8_t *base, const struct knot_ring *ring, uint64_t start, uint64_t count, void *dst)
{
	const bool is_long = count * ring->size >= KNOT_RING_PIECE_BYTES;
	for (uint64_t off, bytes; count; count -= bytes / ring->size) {
		bytes = piece_at(ring, start, count, &off);
		memcpy(dst, base + off, bytes);
		/* The target may change it any time: it is read this once. */
		__asm__ volatile("" ::: "memory");
		if (is_long)
			(void)madvise(base + off / PAGE * PAGE, off % PAGE + bytes, MADV_DONTNEED);
		dst = (uint8_t *)dst + bytes;
		start += bytes / ring->size;
	}
	return is_long;
}

/* A page that does not go stays in memory, which harms nobody. */
void knot_ring_give_back(int fd, const struct knot_ring *ring, uint64_t *from, uint64_t to)
{
	if (to - *from > ring->slots)
		*from = to - ring->slots;
	if ((to - *from) * ring->size < KNOT_RING_PIECE_BYTES)
		return;
	for (uint64_t off, bytes; *from < to; *from += bytes / ring->size) {
		bytes = piece_at(ring, *from, to - *from, &off);
		const uint64_t begin = (off + PAGE - 1) / PAGE * PAGE;
		const uint64_t end = (off + bytes) / PAGE * PAGE;
		if (begin < end)
			(void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				(off_t)begin, (off_t)(end - begin));
	}
}
