/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/timeline.h"

#include <stdlib.h>

void knot_timeline_free(struct knot_timeline *t)
{
	char *const texts[] = {t->package, t->test, t->verdict, t->title, t->message, t->proof,
		t->policy, t->go, t->crash_file};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < t->sites.len; i++) {
		free(t->sites.data[i].file);
		free(t->sites.data[i].path);
		free(t->sites.data[i].function);
		free(t->sites.data[i].expression);
	}
	for (size_t i = 0; i < t->primitives.len; i++)
		free(t->primitives.data[i].name);
	for (size_t i = 0; i < t->goroutines.len; i++)
		free(t->goroutines.data[i].path);
	for (size_t i = 0; i < t->switches.len; i++)
		free(t->switches.data[i].text);
	for (size_t i = 0; i < t->explanation.len; i++)
		free(t->explanation.data[i]);
	for (size_t i = 0; i < t->signature.len; i++)
		free(t->signature.data[i]);
	knot_vec_free(&t->sites);
	knot_vec_free(&t->primitives);
	knot_vec_free(&t->goroutines);
	knot_vec_free(&t->events);
	knot_vec_free(&t->spans);
	knot_vec_free(&t->arrows);
	knot_vec_free(&t->waits);
	knot_vec_free(&t->switches);
	knot_vec_free(&t->explanation);
	knot_vec_free(&t->signature);
	*t = (struct knot_timeline){0};
}
