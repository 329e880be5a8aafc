/* SPDX-License-Identifier: BSD-2-Clause */
/* goknot corpus import of a recording: what became of it, told. */
#ifndef KNOT_CMD_CORPUS_RECORDED_H
#define KNOT_CMD_CORPUS_RECORDED_H

#include <stdbool.h>

struct knot_corpusrecord_report;

void knot_corpus_recorded_print(
	const struct knot_corpusrecord_report *r, const char *campaign, bool json);

#endif
