/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who entered a function of the runtime in a target of goknot's, by the call stack: the rules by which the shim finds the
 * position of an operation that no inserted hook has named (knotCallerSite, runtime-shim/runtime/knot_name.go), from outside.
 */
#ifndef KNOT_WIRE_ENTERED_CALLER_H
#define KNOT_WIRE_ENTERED_CALLER_H

#include "wire/entered.h"
#include "wire/gobinary.h"

/* One call: where it is, the innermost of what the compiler has inlined there first. */
struct knot_entered_frame {
	const struct knot_gobinary_position *positions;
	size_t len;
};

/*
 * frames: the innermost first; kind: enum knot_record_kind. ret_place: the position of the operation; when the answer is
 * KNOT_ENTERED_UNKNOWN, what is known of the way there; NULL = none. Natively, where only hooks name operations, the caller goes
 * on to ask whether there can be one.
 */
enum knot_entered_caller knot_entered_caller(uint32_t kind, bool native,
	const struct knot_entered_frame *frames, size_t len,
	const struct knot_gobinary_position **ret_place);
/* Does a goroutine that begins with that function work for the runtime, and not for the program? */
bool knot_entered_is_runtimes(struct knot_span function);

#endif
