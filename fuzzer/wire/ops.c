/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/ops.h"
#include "wire/abi.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const op_names[] = {
	[KNOT_OP_NONE] = "none",
	[KNOT_OP_START] = "start",
	[KNOT_OP_RESUME] = "resume",
	[KNOT_OP_YIELD] = "yield",
	[KNOT_OP_SEND] = "send",
	[KNOT_OP_RECV] = "recv",
	[KNOT_OP_CLOSE] = "close",
	[KNOT_OP_RANGE] = "range",
	[KNOT_OP_SELECT] = "select",
	[KNOT_OP_SELSEND] = "selsend",
	[KNOT_OP_SELRECV] = "selrecv",
	[KNOT_OP_SELDEFAULT] = "seldefault",
	[KNOT_OP_LOCK] = "lock",
	[KNOT_OP_UNLOCK] = "unlock",
	[KNOT_OP_TRYLOCK] = "trylock",
	[KNOT_OP_RLOCK] = "rlock",
	[KNOT_OP_RUNLOCK] = "runlock",
	[KNOT_OP_TRYRLOCK] = "tryrlock",
	[KNOT_OP_WGADD] = "wgadd",
	[KNOT_OP_WGDONE] = "wgdone",
	[KNOT_OP_WGWAIT] = "wgwait",
	[KNOT_OP_WGGO] = "wggo",
	[KNOT_OP_CONDWAIT] = "condwait",
	[KNOT_OP_SIGNAL] = "signal",
	[KNOT_OP_BROADCAST] = "broadcast",
	[KNOT_OP_ONCE] = "once",
	[KNOT_OP_GO] = "go",
	[KNOT_OP_ATOMIC_LOAD] = "atomic_load",
	[KNOT_OP_ATOMIC_STORE] = "atomic_store",
	[KNOT_OP_ATOMIC_RMW] = "atomic_rmw",
	[KNOT_OP_SLEEP] = "sleep",
	[KNOT_OP_IO] = "io",
	[KNOT_OP_EXIT] = "exit",
	[KNOT_OP_TIMER] = "timer",
	[KNOT_OP_MAPOP] = "mapop",
	[KNOT_OP_POOL] = "pool",
	[KNOT_OP_MEMREAD] = "memread",
	[KNOT_OP_MEMWRITE] = "memwrite",
	[KNOT_OP_COMPUTE] = "compute",
	[KNOT_OP_CHANFULL] = "chanfull",
	[KNOT_OP_CHANEMPTY] = "chanempty",
	[KNOT_OP_CHANCLOSED] = "chanclosed",
};
_Static_assert(COUNT(op_names) == KNOT_OP_LAST, "every operation has a name");

static const char *const event_names[] = {
	[KNOT_EV_STEP] = "step",
	[KNOT_EV_BLOCK] = "block",
	[KNOT_EV_WAKE] = "wake",
	[KNOT_EV_SPAWN] = "spawn",
	[KNOT_EV_EXIT] = "exit",
	[KNOT_EV_TIMER] = "timer",
	[KNOT_EV_EXTERNAL] = "external",
	[KNOT_EV_SELECTED] = "selected",
	[KNOT_EV_ACQUIRE] = "acquire",
	[KNOT_EV_CHAIN] = "chain",
	[KNOT_EV_RARE] = "rare",
	[KNOT_EV_STATE] = "state",
	[KNOT_EV_SWITCH] = "switch",
	[KNOT_EV_CANDIDATE] = "candidate",
};

static const char *const end_names[] = {
	[KNOT_END_NONE] = "none",
	[KNOT_END_OK] = "ok",
	[KNOT_END_FAIL] = "fail",
	[KNOT_END_DEADLOCK] = "deadlock",
	[KNOT_END_LEAK] = "leak",
	[KNOT_END_STEPS] = "steps",
	[KNOT_END_PANIC] = "panic",
	[KNOT_END_FATAL] = "fatal",
	[KNOT_END_OSEXIT] = "osexit",
	[KNOT_END_EXTWAIT] = "extwait",
	[KNOT_END_SKIP] = "skip",
	[KNOT_END_TIMEOUT] = "timeout",
};

static const char *const policy_names[] = {
	[KNOT_POLICY_FIFO] = "fifo",
	[KNOT_POLICY_RANDOM] = "random",
	[KNOT_POLICY_PCT] = "pct",
	[KNOT_POLICY_POS] = "pos",
	[KNOT_POLICY_SURW] = "surw",
	[KNOT_POLICY_DELAY] = "delay",
	[KNOT_POLICY_RPOS] = "rpos",
};
_Static_assert(COUNT(policy_names) == KNOT_POLICY_COUNT, "every policy has a name");

static const char *name_of(const char *const *table, size_t count, uint32_t number)
{
	return number < count && table[number] ? table[number] : "unknown";
}

static bool number_of(
	const char *const *table, size_t count, struct knot_span name, uint32_t *ret_number)
{
	for (size_t i = 0; i < count; i++) {
		if (table[i] && knot_span_eq(name, table[i])) {
			*ret_number = (uint32_t)i;
			return true;
		}
	}
	return false;
}

const char *knot_op_name(uint32_t op)
{
	return name_of(op_names, COUNT(op_names), op);
}

const char *knot_event_name(uint32_t kind)
{
	return name_of(event_names, COUNT(event_names), kind);
}

const char *knot_end_name(uint32_t end)
{
	return name_of(end_names, COUNT(end_names), end);
}

const char *knot_policy_name(uint32_t policy)
{
	return name_of(policy_names, COUNT(policy_names), policy);
}

bool knot_op_parse(struct knot_span name, uint32_t *ret_op)
{
	return number_of(op_names, COUNT(op_names), name, ret_op);
}

bool knot_event_parse(struct knot_span name, uint32_t *ret_kind)
{
	return number_of(event_names, COUNT(event_names), name, ret_kind);
}

bool knot_end_parse(struct knot_span name, uint32_t *ret_end)
{
	return number_of(end_names, COUNT(end_names), name, ret_end);
}

bool knot_policy_parse(struct knot_span name, uint32_t *ret_policy)
{
	return number_of(policy_names, COUNT(policy_names), name, ret_policy);
}

uint32_t knot_op_runs_as(uint32_t op)
{
	switch (op) {
	case KNOT_OP_RANGE:
	case KNOT_OP_SELRECV:
		return KNOT_OP_RECV;
	case KNOT_OP_SELSEND:
		return KNOT_OP_SEND;
	case KNOT_OP_WGGO:
		return KNOT_OP_GO;
	default:
		return op;
	}
}

bool knot_op_is_state(uint32_t op)
{
	return op >= KNOT_OP_CHANFULL && op <= KNOT_OP_CHANCLOSED;
}

uint32_t knot_decision_slots(uint16_t d)
{
	switch (d) {
	case KNOT_DECISION_BLOCKED:
	case KNOT_DECISION_ARRIVED:
		return 2;
	case KNOT_DECISION_CALL:
		return 3;
	case KNOT_DECISION_CLOCK:
		return KNOT_DECISION_CLOCK_SLOTS;
	case KNOT_DECISION_MOVED:
		return KNOT_DECISION_MOVED_SLOTS;
	default:
		return 1;
	}
}
