/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/worker_words.h"

#include "base/alloc.h"
#include "engine/worker.h"
#include "sys/sandbox.h"

#include <stdlib.h>

void knot_worker_words_make(struct knot_worker_words *w, const struct knot_worker_options *options,
	const struct knot_worker_target *target)
{
	const struct knot_worker_target *t = target;
	const char *const *debugger = options->debugger;

	for (size_t i = 0; debugger && debugger[i]; i++)
		knot_vec_push(&w->argv, debugger[i]);
	knot_vec_push(&w->argv, t->binary);
	if (debugger)
		knot_vec_push(&w->argv, "--");
	if (!t->program) {
		w->run = t->run ? knot_xasprintf("-test.run=%s", t->run)
				: knot_xasprintf("-test.run=^%s$", t->test);
		knot_vec_push(&w->argv, w->run);
		if (t->skip) {
			w->skip = knot_xasprintf("-test.skip=%s", t->skip);
			knot_vec_push(&w->argv, w->skip);
		}
		knot_vec_push(&w->argv, "-test.timeout=0");
		if (t->is_short)
			knot_vec_push(&w->argv, "-test.short");
	}
	for (size_t i = 0; t->args && t->args[i]; i++)
		knot_vec_push(&w->argv, t->args[i]);
	knot_vec_push(&w->argv, NULL);
}

void knot_worker_words_free(struct knot_worker_words *w)
{
	knot_vec_free(&w->argv);
	free(w->run);
	free(w->skip);
	*w = (struct knot_worker_words){0};
}

char *knot_worker_race_setting(const struct knot_worker_options *options)
{
	const char *users = getenv("GORACE");

	return knot_xasprintf("GORACE=%s halt_on_error=0 exitcode=0 atexit_sleep_ms=0 "
			      "strip_path_prefix='' log_path='%s/goknot-race'",
		users ? users : "",
		options->sandbox ? knot_sandbox_tmpdir(options->sandbox) : "/tmp");
}
