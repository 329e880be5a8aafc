/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/timeline_fields.h"

#include "wire/abi.h"
#include "wire/ops.h"

#include <stddef.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *name_of(const char *const *names, size_t len, uint32_t number)
{
	return number < len && names[number] ? names[number] : "unknown";
}

const char *knot_timeline_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		"other", "channel", "lock", "waitgroup", "cond", "once", "atomic", "memory"};

	_Static_assert(COUNT(names) == KNOT_TIMELINE_KINDS, "every kind has a name");
	return name_of(names, COUNT(names), kind);
}

const char *knot_timeline_state_name(uint32_t state)
{
	static const char *const names[] = {"ended", "running", "blocked", "outside"};

	_Static_assert(COUNT(names) == KNOT_TIMELINE_STATES, "every state has a name");
	return name_of(names, COUNT(names), state);
}

const char *knot_timeline_arrow_name(uint32_t kind)
{
	static const char *const names[] = {"spawn", "wake", "message", "handover"};

	_Static_assert(COUNT(names) == KNOT_TIMELINE_ARROWS, "every arrow has a name");
	return name_of(names, COUNT(names), kind);
}

const char *knot_timeline_why_name(uint32_t why)
{
	static const char *const names[] = {"holder", "reader", "partner"};

	_Static_assert(COUNT(names) == KNOT_TIMELINE_WHYS, "every reason has a name");
	return name_of(names, COUNT(names), why);
}

const char *knot_timeline_outside_name(uint32_t ext)
{
	static const char *const names[] = {
		NULL, "netpoll", "syscall", "collect", "signal", "watchdog"};

	_Static_assert(COUNT(names) == KNOT_EXT_WATCHDOG + 1, "every KNOT_EXT_ has a name");
	return name_of(names, COUNT(names), ext);
}

const char *knot_tlf_to(uint32_t kind, enum knot_tlf_type *ret_type)
{
	*ret_type = KNOT_TLF_U32;
	switch (kind) {
	case KNOT_EV_WAKE:
	case KNOT_EV_SPAWN:
	case KNOT_EV_SWITCH:
		*ret_type = KNOT_TLF_REF;
		return "to";
	case KNOT_EV_SELECTED:
		return "case";
	case KNOT_EV_CHAIN:
		return "element";
	case KNOT_EV_EXTERNAL:
		*ret_type = KNOT_TLF_NAME;
		return "outside";
	default:
		return NULL;
	}
}

#define AT(s, m) offsetof(struct knot_timeline##s, m)
#define TEXT(s, k, m) \
	{ \
		.key = (k), .offset = AT(s, m), .type = KNOT_TLF_TEXT \
	}
#define TEXT_ALWAYS(s, k, m) \
	{ \
		.key = (k), .offset = AT(s, m), .type = KNOT_TLF_TEXT, .always = true \
	}
#define NUMBER(s, k, m, t, a) \
	{ \
		.key = (k), .offset = AT(s, m), .type = (t), .always = (a) \
	}
#define NAME(s, k, m, f, n, a) \
	{ \
		.key = (k), .offset = AT(s, m), .type = KNOT_TLF_NAME, .name = (f), .names = (n), \
		.always = (a) \
	}
#define REF(s, k, m, l, a) \
	{ \
		.key = (k), .offset = AT(s, m), .type = KNOT_TLF_REF, .list = (l), .always = (a) \
	}

static const struct knot_tlf sites[] = {
	TEXT(_site, "file", file),
	NUMBER(_site, "line", line, KNOT_TLF_U32, false),
	TEXT(_site, "function", function),
	TEXT(_site, "expression", expression),
	TEXT(_site, "path", path),
};

static const struct knot_tlf primitives[] = {
	TEXT_ALWAYS(_primitive, "name", name),
	NUMBER(_primitive, "number", number, KNOT_TLF_U32, true),
	NAME(_primitive, "kind", kind, knot_timeline_kind_name, KNOT_TIMELINE_KINDS, true),
};

static const struct knot_tlf goroutines[] = {
	TEXT_ALWAYS(_goroutine, "path", path),
	NUMBER(_goroutine, "number", number, KNOT_TLF_U32, true),
	REF(_goroutine, "parent", parent, KNOT_TLF_GOROUTINES, false),
	REF(_goroutine, "site", site, KNOT_TLF_SITES, false),
	REF(_goroutine, "created", created, KNOT_TLF_EVENTS, false),
	NAME(_goroutine, "state", state, knot_timeline_state_name, KNOT_TIMELINE_STATES, true),
	NAME(_goroutine, "op", op, knot_op_name, KNOT_OP_LAST, false),
	REF(_goroutine, "at", at, KNOT_TLF_SITES, false),
	REF(_goroutine, "primitive", primitive, KNOT_TLF_PRIMITIVES, false),
};

static const struct knot_tlf events[] = {
	NUMBER(_event, "step", step, KNOT_TLF_U32, true),
	NAME(_event, "kind", kind, knot_event_name, KNOT_EV_CANDIDATE + 1, true),
	REF(_event, "g", g, KNOT_TLF_GOROUTINES, false),
	NAME(_event, "op", op, knot_op_name, KNOT_OP_LAST, false),
	REF(_event, "site", site, KNOT_TLF_SITES, false),
	REF(_event, "primitive", primitive, KNOT_TLF_PRIMITIVES, false),
	NUMBER(_event, "to", to, KNOT_TLF_TO, false),
	NUMBER(_event, "ns", vtime, KNOT_TLF_U64, false),
};

static const struct knot_tlf spans[] = {
	REF(_span, "g", g, KNOT_TLF_GOROUTINES, true),
	REF(_span, "from", from, KNOT_TLF_EVENTS, true),
	REF(_span, "to", to, KNOT_TLF_EVENTS, false),
	NAME(_span, "op", op, knot_op_name, KNOT_OP_LAST, false),
	REF(_span, "site", site, KNOT_TLF_SITES, false),
	REF(_span, "primitive", primitive, KNOT_TLF_PRIMITIVES, false),
};

static const struct knot_tlf arrows[] = {
	REF(_arrow, "from", from, KNOT_TLF_EVENTS, true),
	REF(_arrow, "to", to, KNOT_TLF_EVENTS, true),
	NAME(_arrow, "kind", kind, knot_timeline_arrow_name, KNOT_TIMELINE_ARROWS, true),
};

static const struct knot_tlf waits[] = {
	REF(_wait, "from", from, KNOT_TLF_GOROUTINES, true),
	REF(_wait, "to", to, KNOT_TLF_GOROUTINES, true),
	NAME(_wait, "why", why, knot_timeline_why_name, KNOT_TIMELINE_WHYS, true),
	NUMBER(_wait, "cycle", in_cycle, KNOT_TLF_BOOL, false),
};

static const struct knot_tlf switches[] = {
	REF(_switch, "event", event, KNOT_TLF_EVENTS, true),
	TEXT_ALWAYS(_switch, "text", text),
};

const struct knot_tlf knot_tlf_top[] = {
	TEXT(, "package", package),
	TEXT(, "test", test),
	TEXT(, "verdict", verdict),
	TEXT(, "title", title),
	TEXT(, "message", message),
	TEXT(, "proof", proof),
	TEXT(, "policy", policy),
	TEXT(, "go", go),
	TEXT(, "crash_file", crash_file),
	NUMBER(, "bucket", bucket, KNOT_TLF_HEX, true),
	NUMBER(, "schedule_hash", schedule_hash, KNOT_TLF_HEX, true),
	NUMBER(, "seed", seed, KNOT_TLF_DECIMAL, true),
	NUMBER(, "virtual_ns", virtual_ns, KNOT_TLF_U64, true),
	NUMBER(, "steps", steps, KNOT_TLF_U32, true),
	NUMBER(, "left_out", left_out, KNOT_TLF_U64, true),
	NUMBER(, "native", native, KNOT_TLF_BOOL, true),
	NUMBER(, "minimized", minimized, KNOT_TLF_BOOL, true),
};
const size_t knot_tlf_top_len = COUNT(knot_tlf_top);

#define LIST(list, T, empty) \
	static size_t list##_len(const struct knot_timeline *t) \
	{ \
		return t->list.len; \
	} \
	static const void *list##_row(const struct knot_timeline *t, size_t i) \
	{ \
		return &t->list.data[i]; \
	} \
	static void *list##_push(struct knot_timeline *t) \
	{ \
		knot_vec_push(&t->list, ((struct knot_timeline_##T)empty)); \
		return &t->list.data[t->list.len - 1]; \
	}
#define NONE KNOT_TIMELINE_NONE
#define BRACED(...) \
	{ \
		__VA_ARGS__ \
	}

LIST(sites, site, BRACED(.line = 0))
LIST(primitives, primitive, BRACED(.number = 0))
LIST(goroutines, goroutine,
	BRACED(.parent = NONE, .site = NONE, .created = NONE, .at = NONE, .primitive = NONE))
LIST(events, event, BRACED(.g = NONE, .site = NONE, .primitive = NONE, .to = NONE))
LIST(spans, span, BRACED(.to = NONE, .site = NONE, .primitive = NONE))
LIST(arrows, arrow, BRACED(.from = 0))
LIST(waits, wait, BRACED(.from = 0))
LIST(switches, switch, BRACED(.event = 0))

#define ROWS(k, list, m) \
	{ \
		.key = (k), .fields = list, .fields_len = COUNT(list), .len = list##_len, \
		.row = list##_row, .push = list##_push, .max = (m) \
	}

const struct knot_tlf_rows knot_tlf_lists[KNOT_TLF_LISTS] = {
	[KNOT_TLF_SITES] = ROWS("sites", sites, KNOT_TIMELINE_LIST_MAX),
	[KNOT_TLF_PRIMITIVES] = ROWS("primitives", primitives, KNOT_TIMELINE_LIST_MAX),
	[KNOT_TLF_GOROUTINES] = ROWS("goroutines", goroutines, KNOT_MAX_GOROUTINES),
	[KNOT_TLF_EVENTS] = ROWS("events", events, KNOT_TIMELINE_EVENTS_MAX),
	[KNOT_TLF_SPANS] = ROWS("blocked", spans, KNOT_TIMELINE_LIST_MAX),
	[KNOT_TLF_ARROWS] = ROWS("arrows", arrows, KNOT_TIMELINE_LIST_MAX),
	[KNOT_TLF_WAITS] = ROWS("waits", waits, KNOT_TIMELINE_LIST_MAX),
	[KNOT_TLF_SWITCHES] = ROWS("switches", switches, KNOT_TIMELINE_SWITCHES_MAX),
};
