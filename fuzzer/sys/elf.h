/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where in a function of a Go program a probe may stand: the only place that disassembles. The bytes are decoded from the
 * function's first one, so that what is found is the beginning of an instruction.
 */
#ifndef KNOT_SYS_ELF_H
#define KNOT_SYS_ELF_H

#include "base/span.h"

#include <stdint.h>

struct knot_error;

enum knot_elf_place {
	/* The push %rbp behind the check of the stack's size: hit once a call, and emulated by the kernel. At the check, which is
	 * the function's first instruction, a call that makes the stack grow hits twice, and each hit traps twice. */
	KNOT_ELF_FRAME,
	/* The jump at the end of one that jumps on: its registers are loaded. */
	KNOT_ELF_JUMP,
};

/* code: all of the function. ret_offset: from its beginning. */
int knot_elf_place(struct knot_span code, enum knot_elf_place place, uint32_t *ret_offset,
	struct knot_error *err);

#endif
