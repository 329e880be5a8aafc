/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/sarif_rules.h"

#include <string.h>

static const struct knot_sarif_rule rules[] = {
	{"deadlock", "GoroutineDeadlock", "error",
		"The program can stop for ever under some schedule.",
		"Under the saved schedule nothing can go on: every goroutine that is left waits "
		"for "
		"a lock, a channel or a condition that only another waiting one could free.",
		"The message names who waits for whom. A cycle of locks is broken by taking them "
		"in "
		"one order everywhere; a lost wake-up by Broadcast, or by a condition that is "
		"looked at under the lock."},
	{"leak", "GoroutineLeak", "error",
		"A goroutine can be left blocked for ever when the test is over.",
		"Under the saved schedule a goroutine that the test started is still blocked when "
		"the test has ended, and nothing that is left can wake it.",
		"Give the goroutine a way to end: a channel that is closed, a context that is "
		"cancelled, room in the channel it sends to."},
	{"panic", "UncaughtPanic", "error", "The program panics under some schedule.",
		"Under the saved schedule a goroutine panics.",
		"The stack is that of the goroutine that panicked; the switches before it show "
		"what another one did meanwhile, such as closing the channel."},
	{"fatal", "FatalError", "error",
		"The Go runtime gives up, or the process is killed, under some schedule.",
		"Under the saved schedule the process ends with a fatal error of the Go runtime or "
		"by a signal: unlock of an unlocked mutex, concurrent access to a map, out of "
		"memory.",
		"A fatal error cannot be recovered. The message says which it is."},
	{"fail", "TestFailure", "error", "The test fails under some schedule.",
		"Under the saved schedule the test fails; under others it passes.",
		"What the test expects is an order that nothing enforces. Either the code has to "
		"enforce it or the test must not expect it."},
	{"livelock", "GoroutineLivelock", "error", "Goroutines can keep each other busy for ever.",
		"Under the saved schedule, and with a fair turn for everybody, goroutines repeat "
		"the same operations without getting on.",
		"Somebody has to give way for longer than the others, or to wait instead of trying "
		"again."},
	{"race", "DataRace", "error", "Two goroutines use the same memory without an order.",
		"Go's race detector saw two accesses to one place in memory, one of them a write, "
		"that nothing orders.",
		"Guard both with the same mutex, make both atomic, or hand the value over through "
		"a channel. Both stacks are given."},
	{"exit", "ProcessExit", "error", "The process exits with an error under some schedule.",
		"Under the saved schedule the program calls os.Exit with another code than 0.",
		"The message is what the program said last."},
	{"timeout", "RunTimeout", "warning", "A run takes longer than it may under some schedule.",
		"Under the saved schedule the run was not over when its real time was used up.",
		"When the run only takes long, -timeout gives it more."},
};

size_t knot_sarif_rules(void)
{
	return sizeof(rules) / sizeof(rules[0]);
}

const struct knot_sarif_rule *knot_sarif_rule(size_t i)
{
	return &rules[i];
}

size_t knot_sarif_rule_of(const char *verdict)
{
	for (size_t i = 0; i < knot_sarif_rules(); i++)
		if (!strcmp(rules[i].verdict, verdict))
			return i;
	return knot_sarif_rules();
}
