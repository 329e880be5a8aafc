/* SPDX-License-Identifier: BSD-2-Clause */
/* goknot export -format go: not a picture of a finding but a test, which is written when it has been seen to fail. */
#ifndef KNOT_CMD_EXPORT_GO_H
#define KNOT_CMD_EXPORT_GO_H

struct knot_error;
struct knot_export_options;

/* The exit code, or an error. */
int knot_export_go(const struct knot_export_options *options, struct knot_error *err);

#endif
