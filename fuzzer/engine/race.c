/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/race.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "engine/sitenames.h"
#include "explore/sharing.h"

#include <inttypes.h>
#include <string.h>

/* No function is longer. */
#define FUNCTION_LINES 20000

bool knot_race_sites(
	const struct knot_race *race, struct knot_sitenames *names, uint32_t ret_sites[2])
{
	bool any = false;

	for (size_t i = 0; i < 2; i++) {
		const struct knot_gostack_frame *f = knot_race_position(&race->access[i]);

		ret_sites[i] = f ? knot_sitenames_add(names, f->file, f->line, f->func) : 0;
		any |= f != NULL;
	}
	return any;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *place(const struct knot_gostack_frame *f)
{
	if (!f)
		return knot_xstrdup("a position that the race detector has lost");
	return knot_xasprintf("%s:%" PRIu32, base_name(f->file), f->line);
}

static const char *kind(const struct knot_race_access *a)
{
	if (a->is_atomic)
		return a->is_write ? "atomic write" : "atomic read";
	return a->is_write ? "write" : "read";
}

char *knot_race_message(const struct knot_race *race)
{
	const struct knot_race_access *a = race->access;
	knot_auto_free char *now = place(knot_race_position(&a[0]));
	knot_auto_free char *before = place(knot_race_position(&a[1]));

	return knot_xasprintf("%s at %s, unordered with the %s at %s in another goroutine",
		kind(&a[0]), now, kind(&a[1]), before);
}

/* One line that names the access, its frames, and one for the goroutine. */
static size_t lines_of(const struct knot_race_access *a)
{
	return 2 + a->stack.len;
}

size_t knot_race_lines(const struct knot_race *race)
{
	return lines_of(&race->access[0]) + lines_of(&race->access[1]);
}

char *knot_race_line(const struct knot_race *race, size_t nth)
{
	size_t which = nth >= lines_of(&race->access[0]);
	const struct knot_race_access *a = &race->access[which];

	nth -= which ? lines_of(&race->access[0]) : 0;
	if (!nth)
		return knot_xasprintf("%s%s by goroutine %" PRIu64 "%s", which ? "previous " : "",
			kind(a), a->goroutine,
			a->stack.len ? "" : ", whose stack the race detector has lost");
	if (nth <= a->stack.len) {
		const struct knot_gostack_frame *f = &a->stack.data[nth - 1];

		return knot_xasprintf(
			"    %s:%" PRIu32 " in %s", base_name(f->file), f->line, f->func);
	}
	if (!a->creation.len)
		return knot_xasprintf("    goroutine %" PRIu64 " is the main one", a->goroutine);
	const struct knot_gostack_frame *f = &a->creation.data[0];

	return knot_xasprintf("    goroutine %" PRIu64 " was created at %s:%" PRIu32 " in %s",
		a->goroutine, base_name(f->file), f->line, f->func);
}

static bool is_named(
	const struct knot_sitenames *names, uint32_t site, const struct knot_gostack_frame *f)
{
	const struct knot_site_name *n = knot_names_site(knot_sitenames_view(names), site);

	return n && n->line == f->line && !strcmp(n->function, f->func) &&
		!strcmp(n->file, base_name(f->file));
}

/*
 * The site of an access; 0 = unknown. Where lines count from the head of a function, which a report does not
 * tell, the target has named the sites of the report's positions: the head is the one that gives such a name.
 */
static uint32_t site_of(
	const struct knot_sitenames *names, const struct knot_gostack_frame *f, uint32_t op)
{
	if (!knot_race_from_head(f))
		return knot_race_site(f, 0, op);
	for (uint32_t head = f->line; head && f->line - head < FUNCTION_LINES; head--) {
		const uint32_t site = knot_race_site(f, head, op);

		if (is_named(names, site, f))
			return site;
	}
	return 0;
}

void knot_race_share(
	const struct knot_race *race, struct knot_sitenames *names, struct knot_sharing *sharing)
{
	static const uint32_t ops[] = {KNOT_OP_MEMREAD, KNOT_OP_MEMWRITE};

	for (size_t i = 0; i < 4; i++) {
		const struct knot_gostack_frame *f = knot_race_innermost(&race->access[i / 2]);
		uint32_t site = f ? site_of(names, f, ops[i % 2]) : 0;

		if (site && knot_sharing_add(sharing, site, ops[i % 2], true))
			knot_sitenames_name(names, site, f->file, f->line, f->func);
	}
}
