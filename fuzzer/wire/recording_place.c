/* SPDX-License-Identifier: BSD-2-Clause */
/* Which position of a call stack tells something to who has written the program. */
#include "base/alloc.h"
#include "wire/recording.h"
#include "wire/recording_json.h"

#include <stdlib.h>
#include <string.h>

#define RUNTIME_FILES "/src/runtime/"

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void knot_recording_find_std(struct knot_recording *r)
{
	for (size_t i = 0; i < r->positions.len && !r->std; i++) {
		const struct knot_recording_position *p = &r->positions.data[i];
		const char *at = strstr(p->file, RUNTIME_FILES);

		if (at && has_prefix(p->function, "runtime."))
			r->std = knot_xstrndup(p->file, (size_t)(at - p->file) + strlen("/src/"));
	}
}

/* Packages that others are made of. */
static bool is_deep(const char *function)
{
	static const char *const packages[] = {
		"runtime.", "internal/", "sync.", "syscall.", "time.", "os."};

	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (has_prefix(function, packages[i]))
			return true;
	return false;
}

static const struct knot_recording_position *frame(
	const struct knot_recording *r, const struct knot_recording_stack *s, uint32_t i)
{
	return &r->positions.data[r->frames.data[s->first + i]];
}

const struct knot_recording_position *knot_recording_place(
	const struct knot_recording *r, const struct knot_recording_event *e)
{
	const struct knot_recording_position *shallow = NULL, *last = NULL;

	if (e->stack == KNOT_RECORDING_NONE)
		return NULL;
	const struct knot_recording_stack *s = &r->stacks.data[e->stack];

	for (uint32_t i = 0; i < s->len; i++) {
		const struct knot_recording_position *p = frame(r, s, i);

		if (!last || strcmp(p->function, "runtime.goexit") != 0)
			last = p;
		if (is_deep(p->function))
			continue;
		if (!r->std || !has_prefix(p->file, r->std))
			return p;
		if (!shallow)
			shallow = p;
	}
	return shallow ? shallow : last;
}

const char *knot_recording_syscall(
	const struct knot_recording *r, const struct knot_recording_event *e)
{
	static const char package[] = "syscall.";

	if (e->stack == KNOT_RECORDING_NONE)
		return NULL;
	const struct knot_recording_stack *s = &r->stacks.data[e->stack];

	for (uint32_t i = 0; i < s->len; i++) {
		const char *name = frame(r, s, i)->function;

		if (has_prefix(name, package) && !has_prefix(name, "syscall.Syscall") &&
			!has_prefix(name, "syscall.RawSyscall"))
			return name + strlen(package);
	}
	return NULL;
}
