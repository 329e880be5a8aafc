/* SPDX-License-Identifier: BSD-2-Clause */
/* The two clocks of goknot itself, in nanoseconds. Targets have a virtual one of their own. */
#ifndef KNOT_SYS_CLOCK_H
#define KNOT_SYS_CLOCK_H

#include <stdint.h>

#define KNOT_NS_PER_MS 1000000ull
#define KNOT_NS_PER_S 1000000000ull

uint64_t knot_clock_mono_ns(void); /* since boot: for spans and deadlines */
uint64_t knot_clock_wall_ns(void); /* since 1970: for what is stored and shown */

#endif
