/* SPDX-License-Identifier: BSD-2-Clause */
/* A run's trace as lines for a person: step, goroutine, operation, position. */
#ifndef KNOT_ENGINE_INTERLEAVING_H
#define KNOT_ENGINE_INTERLEAVING_H

#include "engine/record.h"

#include <stdbool.h>

struct knot_names;

/* is_event: something that happened inside the step above (blocked, woke, created). text is borrowed. */
typedef void (*knot_interleaving_line)(void *arg, const char *text, bool is_event);

void knot_interleaving(const struct knot_record *rec, const struct knot_names *names,
	knot_interleaving_line line, void *arg);

#endif
