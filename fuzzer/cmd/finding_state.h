/* SPDX-License-Identifier: BSD-2-Clause */
/* What has become of a finding, as goknot list and goknot status tell it. */
#ifndef KNOT_CMD_FINDING_STATE_H
#define KNOT_CMD_FINDING_STATE_H

struct knot_json_line;
struct knot_store_finding;

/* "verified by 2 of 2 replays". Caller frees. */
char *knot_finding_state_text(const struct knot_store_finding *f);
/* Lines with indent before each: why it is ignored, since when it is fixed, what looking for it came to. */
void knot_finding_state_print(const struct knot_store_finding *f, const char *indent);
/* The same, behind the state. */
void knot_finding_state_json(const struct knot_store_finding *f, struct knot_json_line *line);

#endif
