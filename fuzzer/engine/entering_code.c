/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/entering_code.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include "base/table.h"
#include "engine/recording.h"
#include "explore/names.h"
#include "wire/entered_caller.h"
#include "wire/gobinary.h"
#include "wire/sites.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BIT(op) (1ull << (op))
_Static_assert(KNOT_RECORD_LOOKS ==
		(BIT(KNOT_OP_YIELD) | BIT(KNOT_OP_ATOMIC_LOAD) | BIT(KNOT_OP_ATOMIC_STORE) |
			BIT(KNOT_OP_ATOMIC_RMW) | BIT(KNOT_OP_MEMREAD) | BIT(KNOT_OP_MEMWRITE)),
	"operations by their numbers");
_Static_assert(KNOT_RECORD_STEP == KNOT_EV_STEP &&
		offsetof(struct knot_shm_event, kind) * 8 == KNOT_RECORD_KIND_SHIFT &&
		offsetof(struct knot_shm_event, op) * 8 == KNOT_RECORD_OP_SHIFT,
	"the first word of an event");

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define BINARY_MAX (1ull << 30)
/* Of one address, all that was inlined there. */
#define INLINED_MAX 16

struct address {
	uint64_t pc; /* in the file */
	size_t len;
	struct knot_gobinary_position positions[INLINED_MAX];
	UT_hash_handle hh;
};

/* A position as it is compared: its base name ends, and whether a file and a line of the site table are meant. */
struct place {
	const struct knot_gobinary_position *position;
	char *file;
	bool hooked, ranges;
	UT_hash_handle hh;
};

struct knot_entering_code {
	char *data;
	struct knot_gobinary *binary;
	uint64_t points[KNOT_RECORD_KINDS];
	const struct knot_sites *sites;
	struct address *addresses;
	struct place *places;
};

int knot_entering_code_open(const char *path, const uint64_t *points,
	const struct knot_sites *sites, struct knot_entering_code **ret_code,
	struct knot_error *err)
{
	struct knot_entering_code *c = knot_xalloc(sizeof(*c));
	size_t len;
	int rc = knot_file_read(path, BINARY_MAX, &c->data, &len, err);

	if (!rc)
		rc = knot_gobinary_open(knot_span_of(c->data, len), &c->binary, err);
	if (rc) {
		knot_entering_code_close(c);
		return rc;
	}
	memcpy(c->points, points, sizeof(c->points));
	c->sites = sites;
	*ret_code = c;
	return 0;
}

void knot_entering_code_close(struct knot_entering_code *c)
{
	if (!c)
		return;
	for (struct place *p = c->places; p; p = p->hh.next)
		free(p->file);
	KNOT_TABLE_FREE(c->places);
	KNOT_TABLE_FREE(c->addresses);
	knot_gobinary_close(c->binary);
	free(c->data);
	free(c);
}

static const struct address *address_of(struct knot_entering_code *c, uint64_t pc)
{
	struct address *a;

	HASH_FIND(hh, c->addresses, &pc, sizeof(pc), a);
	if (a)
		return a;
	a = knot_xalloc(sizeof(*a));
	a->pc = pc;
	a->len = knot_gobinary_positions(c->binary, pc, a->positions, INLINED_MAX);
	HASH_ADD(hh, c->addresses, pc, sizeof(a->pc), a);
	return a;
}

static const struct place *place_of(
	struct knot_entering_code *c, const struct knot_gobinary_position *position)
{
	struct place *p;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer is the key */
	HASH_FIND(hh, c->places, &position, sizeof(position), p);
	if (p)
		return p;
	p = knot_xalloc(sizeof(*p));
	p->position = position;
	p->file = knot_span_dup(knot_span_after_last(position->file, '/', NULL));
	for (size_t i = 0; c->sites && i < knot_sites_count(c->sites); i++) {
		const struct knot_site *s = knot_sites_at(c->sites, i);

		if (!knot_span_eq(position->file, s->file))
			continue;
		p->hooked = true;
		p->ranges = p->ranges || (s->op == KNOT_OP_RANGE && s->line == position->line);
	}
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	HASH_ADD(hh, c->places, position, sizeof(p->position), p);
	return p;
}

/* Does a file of the site table have the operation? Creating and blocking do not depend on it. */
static bool wants_hook(uint32_t kind)
{
	return kind != KNOT_RECORD_CREATE && kind != KNOT_RECORD_PARK && kind != KNOT_RECORD_END;
}

static bool creates_runtimes(struct knot_entering_code *c, uint64_t code)
{
	struct knot_gobinary_function f;

	return knot_gobinary_at(c->binary, code, &f) && knot_entered_is_runtimes(f.name);
}

static void find_caller(struct knot_entering_code *c, const struct knot_record_record *record,
	bool native, struct knot_entered_hit *hit)
{
	const uint64_t slide = record->ip - c->points[record->kind];
	uint64_t pcs[KNOT_RECORDING_FRAMES] = {0};
	struct knot_entered_frame frames[KNOT_RECORDING_FRAMES];
	const struct knot_gobinary_position *position;
	const size_t n = knot_recording_walk(record, pcs);

	for (size_t i = 0; i < n; i++) {
		/* A return address: the call is what ends before. */
		const struct address *a = address_of(c, pcs[i] - 1 - slide);

		frames[i] = (struct knot_entered_frame){a->positions, a->len};
	}
	hit->caller = (uint8_t)knot_entered_caller(record->kind, native, frames, n, &position);
	if (record->kind == KNOT_RECORD_CREATE && creates_runtimes(c, record->aux - slide))
		hit->caller = KNOT_ENTERED_OWN;
	if (!position)
		return;
	const struct place *p = place_of(c, position);

	hit->file = p->file;
	hit->line = position->line;
	hit->ranges = p->ranges;
	if (native && !p->hooked && wants_hook(record->kind) &&
		(hit->caller == KNOT_ENTERED_PROGRAM || hit->caller == KNOT_ENTERED_UNKNOWN))
		hit->caller = KNOT_ENTERED_UNHOOKED;
}

static void find_site(const struct knot_names *names, struct knot_entered_hit *hit)
{
	const struct knot_site_name *name = knot_names_site(names, hit->event.site);

	if (!name)
		return;
	hit->file = name->file;
	hit->line = name->line;
}

void knot_entering_code_hit(struct knot_entering_code *c, const struct knot_record_record *record,
	bool native, const struct knot_names *names, struct knot_entered_hit *ret_hit)
{
	*ret_hit = (struct knot_entered_hit){
		.seq = record->seq,
		.g = record->g,
		.other = record->other,
		.object = record->object,
		.aux = record->aux,
		.tid = record->tid,
		.kind = record->kind,
		.system = record->system,
	};
	if (record->kind != KNOT_RECORD_HOOK) {
		find_caller(c, record, native, ret_hit);
		return;
	}
	const struct knot_record_hook *hook = (const struct knot_record_hook *)(record + 1);

	memcpy(&ret_hit->event, hook->event, sizeof(ret_hit->event));
	find_site(names, ret_hit);
}
