/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * KNOT_NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t knot_clock_mono_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t knot_clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}
