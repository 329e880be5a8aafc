/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delve, for a replay that stops before a step: where it is, what it is told to do first, and which step that is when
 * nobody says.
 */
#ifndef KNOT_ENGINE_DEBUGGER_H
#define KNOT_ENGINE_DEBUGGER_H

#include <stdint.h>

struct knot_debugger;
struct knot_error;
struct knot_record;

/* On PATH, or where go install puts it. KNOT_EUSAGE when it is nowhere. Caller frees. */
int knot_debugger_find(char **ret_path, struct knot_error *err);
/*
 * Writes into dir what delve is to do before it asks the user: run to the step, then show the goroutine where it is in
 * module_dir. Caller closes.
 */
int knot_debugger_open(const char *dlv, const char *dir, const char *module_dir,
	struct knot_debugger **ret_debugger, struct knot_error *err);
/* Removes that. Accepts NULL. */
void knot_debugger_close(struct knot_debugger *d);
/* As struct knot_worker_options has them. Borrowed. */
const char *const *knot_debugger_words(const struct knot_debugger *d);

/*
 * The first step that a run takes on another way than run-until-block, where the record has its departures; else the last.
 * 0 = there is none.
 */
uint32_t knot_debugger_step(const struct knot_record *rec);

#endif
