/* SPDX-License-Identifier: BSD-2-Clause */
/* One flat JSON object a line, for the commands that print facts and not runs. */
#ifndef KNOT_CMD_JSON_H
#define KNOT_CMD_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct knot_json_line {
	FILE *out;
	bool started;
};

/* Members in the order of the calls; keys are taken as they are. Bytes that are no UTF-8 become U+FFFD. */
void knot_json_line_text(struct knot_json_line *line, const char *key, const char *text);
void knot_json_line_number(struct knot_json_line *line, const char *key, uint64_t number);
void knot_json_line_bool(struct knot_json_line *line, const char *key, bool value);
/* Ends the object and the line; the next member begins another. */
void knot_json_line_end(struct knot_json_line *line);

#endif
