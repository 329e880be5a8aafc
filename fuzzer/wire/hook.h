/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the hook of the shim (runtime-shim/runtime/knot_probe_amd64.s) is in a program: found by its bytes, which are
 * nowhere else, so that neither symbols nor the way of linking matter, and so that the place is known to be where an
 * instruction begins.
 */
#ifndef KNOT_WIRE_HOOK_H
#define KNOT_WIRE_HOOK_H

#include "base/span.h"

struct knot_error;

/*
 * The hook: nop, nop of five bytes, ret, and then these, which nobody executes. Kernels with a fast way for the
 * second nop (Linux 6.18) are given that one, the others the first, which all of them can emulate.
 */
#define KNOT_HOOK_CODE "\x90\x0f\x1f\x44\x00\x00\xc3"
#define KNOT_HOOK_NAME "goknot's probe 1"
#define KNOT_HOOK_FAST 1 /* offset of the second nop from the first */

/* The offset of the first nop in the file, all of which is given. */
int knot_hook_find(struct knot_span file, uint64_t *ret_offset, struct knot_error *err);

#endif
