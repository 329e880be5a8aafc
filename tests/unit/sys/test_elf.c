/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "sys/elf.h"

#include <criterion/criterion.h>

#define SPAN(bytes) knot_span_of(bytes, sizeof(bytes) - 1)

static void is_at(struct knot_span code, enum knot_elf_place place, uint32_t wanted)
{
	struct knot_error err = {0};
	uint32_t offset = 99;

	cr_expect_eq(knot_elf_place(code, place, &offset, &err), 0, "%s", err.message);
	cr_expect_eq(offset, wanted);
}

static void is_nowhere(struct knot_span code, enum knot_elf_place place)
{
	uint32_t offset = 99;

	cr_expect_eq(knot_elf_place(code, place, &offset, NULL), KNOT_EUNSUPPORTED);
	cr_expect_eq(offset, 99);
}

/* As compilers of Go write the beginning of a function. */
Test(elf, frames)
{
	/* cmp 0x10(%r14),%rsp; jbe; push %rbp: near and far */
	is_at(SPAN("\x49\x3b\x66\x10\x76\x10\x55\x48\x89\xe5"), KNOT_ELF_FRAME, 6);
	is_at(SPAN("\x49\x3b\x66\x10\x0f\x86\xdc\x00\x00\x00\x55\x48\x89\xe5"), KNOT_ELF_FRAME, 10);
	/* A large frame: lea -0x88(%rsp),%r12; cmp 0x10(%r14),%r12; jbe; push %rbp */
	is_at(SPAN("\x4c\x8d\xa4\x24\x78\xff\xff\xff\x4d\x3b\x66\x10\x0f\x86\x00\x01\x00\x00\x55"),
		KNOT_ELF_FRAME, 18);
	/* nosplit */
	is_at(SPAN("\x55\x48\x89\xe5"), KNOT_ELF_FRAME, 0);
	/* 0x55 inside of an instruction is no push. */
	is_at(SPAN("\x49\x3b\x66\x55\x76\x55\x55"), KNOT_ELF_FRAME, 6);
}

Test(elf, no_frames)
{
	is_nowhere(SPAN(""), KNOT_ELF_FRAME);
	is_nowhere(SPAN("\xc3\x55"), KNOT_ELF_FRAME);
	is_nowhere(SPAN("\xe8\x00\x00\x00\x00\x55"), KNOT_ELF_FRAME);
	is_nowhere(SPAN("\xeb\x00\x55"), KNOT_ELF_FRAME);
	/* push %rbx, no instruction, only others */
	is_nowhere(SPAN("\x53\x55"), KNOT_ELF_FRAME);
	is_nowhere(SPAN("\x06\x55"), KNOT_ELF_FRAME);
	is_nowhere(SPAN("\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x55"),
		KNOT_ELF_FRAME);
}

/* runtime.gogo */
Test(elf, jumps)
{
	is_at(SPAN("\x48\x8b\x5c\x24\x08\x48\x8b\x53\x10\x48\x8b\x0a\xe9\xef\xf2\xff\xff"),
		KNOT_ELF_JUMP, 12);
	is_nowhere(SPAN("\x48\x8b\x5c\x24\x08\xc3\xe9\xef\xf2\xff\xff"), KNOT_ELF_JUMP);
	/* A conditional one does not go on from here. */
	is_nowhere(SPAN("\x76\x00\xc3"), KNOT_ELF_JUMP);
}
