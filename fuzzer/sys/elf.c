/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/elf.h"

#include "base/error.h"

#include <capstone/capstone.h>

/* Longer is no beginning that a Go compiler writes, and no gogo. */
#define INSTRUCTIONS_MAX 12

enum step {
	ON,
	FOUND,
	LEFT, /* where it goes on from here is not told by its place */
};

static enum step look(csh handle, const cs_insn *insn, enum knot_elf_place place)
{
	if (place == KNOT_ELF_FRAME && insn->id == X86_INS_PUSH)
		return insn->detail->x86.operands[0].type == X86_OP_REG &&
				insn->detail->x86.operands[0].reg == X86_REG_RBP
			? FOUND
			: LEFT;
	if (insn->id == X86_INS_JMP)
		return place == KNOT_ELF_JUMP ? FOUND : LEFT;
	if (cs_insn_group(handle, insn, X86_GRP_CALL) || cs_insn_group(handle, insn, X86_GRP_RET))
		return LEFT;
	return ON;
}

int knot_elf_place(struct knot_span code, enum knot_elf_place place, uint32_t *ret_offset,
	struct knot_error *err)
{
	const uint8_t *at = (const uint8_t *)code.data;
	size_t left = code.len;
	uint64_t address = 0;
	enum step step = ON;
	uint64_t found = 0;
	csh handle;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
		return knot_error_set(err, KNOT_EINTERNAL, "capstone does not start");
	cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
	cs_insn *insn = cs_malloc(handle);

	for (int i = 0; i < INSTRUCTIONS_MAX && step == ON; i++) {
		found = address;
		if (!cs_disasm_iter(handle, &at, &left, &address, insn))
			break;
		step = look(handle, insn, place);
	}
	cs_free(insn, 1);
	cs_close(&handle);
	if (step != FOUND)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			place == KNOT_ELF_FRAME ? "it does not begin as functions with a frame do"
						: "there is no jump where there should be one");
	*ret_offset = (uint32_t)found;
	return 0;
}
