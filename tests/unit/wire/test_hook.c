/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "wire/hook.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <string.h>

#define CODE KNOT_HOOK_CODE KNOT_HOOK_NAME
#define AT 200 /* behind header and two segments */

struct program {
	char bytes[400];
};

/* Two segments of code that lie one behind the other, and the hook in the first. */
static struct program program(void)
{
	struct program p = {{0}};
	Elf64_Ehdr h = {.e_machine = EM_X86_64,
		.e_phoff = sizeof(h),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2};
	const Elf64_Phdr s[2] = {
		{.p_type = PT_LOAD, .p_flags = PF_X, .p_offset = 180, .p_filesz = 60},
		{.p_type = PT_LOAD, .p_flags = PF_X | PF_R, .p_offset = 240, .p_filesz = 160},
	};

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	memcpy(p.bytes, &h, sizeof(h));
	memcpy(p.bytes + sizeof(h), s, sizeof(s));
	memcpy(p.bytes + AT, CODE, sizeof(CODE) - 1);
	return p;
}

static void refused(const struct program *p, size_t len, const char *words)
{
	struct knot_error err = {0};
	uint64_t offset = 7;

	cr_expect_eq(knot_hook_find(knot_span_of(p->bytes, len), &offset, &err), KNOT_EINPUT, "%s",
		words);
	cr_expect(strstr(err.message, words), "%s: %s", words, err.message);
	cr_expect_eq(offset, 7);
}

Test(hook, is_found)
{
	struct program p = program();
	uint64_t offset = 0;

	cr_assert_eq(knot_hook_find(knot_span_of(p.bytes, sizeof(p.bytes)), &offset, NULL), 0);
	cr_expect_eq(offset, AT);
	/* What is mapped twice is there once. */
	memcpy(p.bytes + 64 + 56, p.bytes + 64, 56);
	cr_assert_eq(knot_hook_find(knot_span_of(p.bytes, sizeof(p.bytes)), &offset, NULL), 0);
	cr_expect_eq(offset, AT);
}

Test(hook, data_is_not_code)
{
	struct program p = program();

	p.bytes[64 + 4] = PF_R;
	refused(&p, sizeof(p.bytes), "the hook is not in it");
}

Test(hook, must_be_the_only_one)
{
	struct program p = program();

	memcpy(p.bytes + 300, CODE, sizeof(CODE) - 1);
	refused(&p, sizeof(p.bytes), "more than once");
}

Test(hook, must_be_whole)
{
	struct program p = program();

	p.bytes[AT + 22]++;
	refused(&p, sizeof(p.bytes), "the hook is not in it");
}

Test(hook, other_files)
{
	struct program p = program(), q = p;

	refused(&p, 0, "no ELF file");
	refused(&p, 30, "cut short");
	refused(&p, 100, "cut short");
	refused(&p, sizeof(p.bytes) - 1, "cut short");
	q.bytes[EI_CLASS] = ELFCLASS32;
	refused(&q, sizeof(q.bytes), "of 32 bits");
	q = p;
	q.bytes[18] = EM_386;
	refused(&q, sizeof(q.bytes), "of another machine");
	q = p;
	memset(q.bytes + 32, 0xff, 8); /* e_phoff */
	refused(&q, sizeof(q.bytes), "cut short");
	q = p;
	memset(q.bytes + 64 + 8, 0xff, 8); /* p_offset */
	refused(&q, sizeof(q.bytes), "cut short");
	q = p;
	memset(q.bytes + 64 + 32, 0xff, 8); /* p_filesz */
	refused(&q, sizeof(q.bytes), "cut short");
}
