/* SPDX-License-Identifier: BSD-2-Clause */
/* What -sarif and -junit tell of a finding behind its title, from what lies beside its crash file. */
#ifndef KNOT_CMD_REPORTS_TOLD_H
#define KNOT_CMD_REPORTS_TOLD_H

#include "base/span.h"

struct knot_crash;

/* What is in x.output, of "x.crash" and ".output"; "" when there is none. Caller frees. */
char *knot_reports_beside(const char *crash_file, const char *end, struct knot_span *ret);

/*
 * Lines that end in a newline: the explanation of the minimised schedule; else that of the run as it was found, which its
 * timeline has; else how the goroutines ended, with their stacks. crash: {0} when the file is damaged. dump: the stacks of the
 * run. Caller frees.
 */
char *knot_reports_told(const char *crash_file, const struct knot_crash *crash,
	struct knot_span output, struct knot_span dump);

#endif
