/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small process that outlives goknot by a moment. A target dies with goknot, since the kernel is asked for that, but
 * what the target has forked does not; once goknot is gone, however it went, the warden kills what still lives in its
 * sandboxes. Where a sandbox has no namespaces there is nothing to know the forked ones by.
 */
#ifndef KNOT_SYS_WARDEN_H
#define KNOT_SYS_WARDEN_H

#include <sys/types.h>

struct knot_error;
struct knot_herd;
struct knot_warden;

int knot_warden_open(struct knot_warden **ret_warden, struct knot_error *err);
/* One more herd to kill in the end. */
void knot_warden_watch(struct knot_warden *warden, const struct knot_herd *herd);
pid_t knot_warden_pid(const struct knot_warden *warden);
/* It leaves without killing anything. Accepts NULL. */
void knot_warden_close(struct knot_warden *warden);

#endif
