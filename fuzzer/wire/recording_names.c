/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/gobinary.h"
#include "wire/recording.h"

#include <stdlib.h>
#include <string.h>

#define RELEASES (KNOT_GOBINARY_NEWEST - KNOT_GOBINARY_OLDEST + 1)

static const char *const kinds[KNOT_RECORDING_KINDS] = {
	[KNOT_RECORDING_CREATE] = "create",
	[KNOT_RECORDING_READY] = "ready",
	[KNOT_RECORDING_END] = "end",
	[KNOT_RECORDING_PARK] = "park",
	[KNOT_RECORDING_RUN] = "run",
	[KNOT_RECORDING_YIELD] = "yield",
	[KNOT_RECORDING_PREEMPT] = "preempt",
	[KNOT_RECORDING_CORO] = "coroutine",
	[KNOT_RECORDING_SEND] = "send",
	[KNOT_RECORDING_RECV] = "recv",
	[KNOT_RECORDING_CLOSE] = "close",
	[KNOT_RECORDING_SELECT] = "select",
	[KNOT_RECORDING_LOCK_SLOW] = "lock-slow",
	[KNOT_RECORDING_UNLOCK_SLOW] = "unlock-slow",
	[KNOT_RECORDING_LOCK] = "lock",
	[KNOT_RECORDING_UNLOCK] = "unlock",
	[KNOT_RECORDING_WGADD] = "wgadd",
	[KNOT_RECORDING_WGWAIT] = "wgwait",
	[KNOT_RECORDING_ACQUIRE] = "sem-acquire",
	[KNOT_RECORDING_RELEASE] = "sem-release",
	[KNOT_RECORDING_SYSCALL] = "syscall",
	[KNOT_RECORDING_SYSEXIT] = "syscall-end",
	[KNOT_RECORDING_SYSWAIT] = "syscall-wait",
	[KNOT_RECORDING_GROWN] = "stack-grown",
};

const char *knot_recording_kind_name(uint32_t kind)
{
	return kind < KNOT_RECORDING_KINDS && kinds[kind] ? kinds[kind] : "unknown";
}

/* waitReasonStrings of runtime2.go, and the number that each has in the releases; 0 = none. */
static const struct reason {
	const char *text;
	uint8_t numbers[RELEASES];
} reasons[] = {
	{"GC assist marking", {1, 1, 1, 1, 1}},
	{"IO wait", {2, 2, 2, 2, 2}},
	{"chan receive (nil chan)", {3, 3, 3, 15, 15}},
	{"chan send (nil chan)", {4, 4, 4, 16, 16}},
	{"dumping heap", {5, 5, 5, 3, 3}},
	{"garbage collection", {6, 6, 6, 4, 4}},
	{"garbage collection scan", {7, 7, 7, 5, 5}},
	{"panicwait", {8, 8, 8, 6, 6}},
	{"select", {9, 9, 9, 18, 18}},
	{"select (no cases)", {10, 10, 10, 17, 17}},
	{"GC assist wait", {11, 11, 11, 7, 7}},
	{"GC sweep wait", {12, 12, 12, 8, 8}},
	{"GC scavenge wait", {13, 13, 13, 9, 9}},
	{"chan receive", {14, 14, 14, 19, 19}},
	{"chan send", {15, 15, 15, 20, 20}},
	{"finalizer wait", {16, 16, 16, 10, 10}},
	{"force gc (idle)", {17, 17, 17, 11, 11}},
	{"semacquire", {18, 18, 19, 13, 13}},
	{"sleep", {19, 19, 20, 14, 14}},
	{"sync.Cond.Wait", {20, 20, 21, 21, 21}},
	{"sync.Mutex.Lock", {21, 21, 22, 22, 22}},
	{"sync.RWMutex.RLock", {22, 22, 23, 23, 23}},
	{"sync.RWMutex.Lock", {23, 23, 24, 24, 24}},
	{"trace reader (blocked)", {24, 25, 26, 26, 26}},
	{"wait for GC cycle", {25, 26, 27, 27, 27}},
	{"GC worker (idle)", {26, 27, 28, 28, 28}},
	{"GC worker (active)", {27, 28, 29, 29, 29}},
	{"preempted", {28, 29, 30, 30, 30}},
	{"debug call", {29, 30, 31, 31, 31}},
	{"GC mark termination", {30, 31, 32, 32, 32}},
	{"stopping the world", {31, 32, 33, 33, 33}},
	{"flushing proc caches", {32, 33, 34, 34, 34}},
	{"trace goroutine status", {33, 34, 35, 35, 35}},
	{"trace proc status", {34, 35, 36, 36, 36}},
	{"page trace flush", {35, 36, 37, 37, 37}},
	{"coroutine", {36, 37, 38, 38, 38}},
	{"GC weak to strong wait", {37, 38, 39, 39, 39}},
	{"sync.WaitGroup.Wait", {0, 24, 25, 25, 25}},
	{"synctest.Run", {0, 39, 40, 40, 40}},
	{"synctest.Wait", {0, 40, 41, 41, 41}},
	{"chan receive (synctest)", {0, 41, 0, 0, 0}},
	{"chan send (synctest)", {0, 42, 0, 0, 0}},
	{"select (synctest)", {0, 43, 0, 0, 0}},
	{"GOMAXPROCS updater (idle)", {0, 0, 18, 12, 12}},
	{"chan receive (durable)", {0, 0, 42, 42, 42}},
	{"chan send (durable)", {0, 0, 43, 43, 43}},
	{"select (durable)", {0, 0, 44, 44, 44}},
	{"sync.WaitGroup.Wait (durable)", {0, 0, 45, 45, 45}},
	{"cleanup wait", {0, 0, 46, 46, 46}},
};

const char *knot_recording_reason(struct knot_span go, uint64_t reason)
{
	uint64_t minor;

	if (!reason || !knot_span_skip(&go, "go1.") || !knot_span_take_u64(&go, 9999, &minor) ||
		minor < KNOT_GOBINARY_OLDEST || minor > KNOT_GOBINARY_NEWEST)
		return NULL;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].numbers[minor - KNOT_GOBINARY_OLDEST] == reason)
			return reasons[i].text;
	return NULL;
}
