/* SPDX-License-Identifier: BSD-2-Clause */
/* On programs of three functions, made by hand: at fixed addresses of Go 1.26, and relocated of Go 1.27. */
#include "base/error.h"
#include "base/file.h"
#include "wire/gobinary.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS KNOT_TESTS_DIR "/fuzz/corpus/gobinary/"
#define TEXT 0x400080

struct sample {
	char *data;
	size_t len;
};

static struct sample sample(const char *name)
{
	char path[512];
	struct sample s;

	snprintf(path, sizeof(path), SEEDS "%s", name);
	cr_assert_eq(knot_file_read(path, 1 << 20, &s.data, &s.len, NULL), 0);
	return s;
}

static void expect_text(struct knot_span s, const char *text)
{
	cr_expect(knot_span_eq(s, text), "%.*s, wanted %s", (int)s.len, s.data, text);
}

struct release {
	char name[16], version[16];
	unsigned minor;
};

ParameterizedTestParameters(gobinary, functions)
{
	static struct release releases[] = {
		{"fixed", "go1.26.8", 26}, {"relocated", "go1.27.4", 27}};

	return cr_make_param_array(struct release, releases, 2);
}

ParameterizedTest(struct release *release, gobinary, functions)
{
	struct sample s = sample(release->name);
	struct knot_gobinary *b = NULL;
	struct knot_gobinary_function f;
	struct knot_gobinary_position at[4];
	uint64_t offset, address;

	cr_assert_eq(knot_gobinary_open(knot_span_of(s.data, s.len), &b, NULL), 0);
	expect_text(knot_gobinary_version(b), release->version);
	cr_expect_eq(knot_gobinary_minor(b), release->minor);
	knot_gobinary_text(b, &offset, &address);
	cr_expect(offset == 0 && address == 0x400000);

	cr_assert(knot_gobinary_find(b, "runtime.gogo", &f));
	cr_expect(f.entry == TEXT + 32 && f.end == TEXT + 64 && f.offset == 0xa0);
	cr_expect(f.code.len == 32 && f.code.data == s.data + 0xa0);
	cr_expect_not(knot_gobinary_find(b, "runtime.gog", &f));
	cr_assert(knot_gobinary_at(b, TEXT + 31, &f));
	expect_text(f.name, "runtime.gopark");
	cr_expect_not(knot_gobinary_at(b, TEXT - 1, &f));
	cr_expect_not(knot_gobinary_at(b, TEXT + 112, &f));

	cr_assert_eq(knot_gobinary_positions(b, TEXT + 64, at, 4), 1);
	expect_text(at[0].function, "main.main");
	expect_text(at[0].file, "/src/m/main.go");
	cr_expect_eq(at[0].line, 7);
	/* What was inlined, and behind it the call: at the offset that the tree names. */
	cr_assert_eq(knot_gobinary_positions(b, TEXT + 64 + 12, at, 4), 2);
	expect_text(at[0].function, "main.inner");
	cr_expect_eq(at[0].line, 21);
	expect_text(at[1].function, "main.main");
	cr_expect_eq(at[1].line, 7);
	cr_expect_eq(knot_gobinary_positions(b, TEXT + 64 + 12, at, 1), 1);
	expect_text(at[0].function, "main.main");
	cr_expect_eq(knot_gobinary_positions(b, 0, at, 4), 0);
	cr_expect_eq(knot_gobinary_positions(b, UINT64_MAX, at, 4), 0);
	cr_expect(knot_gobinary_inlines(b, "main.inner"));
	cr_expect_not(knot_gobinary_inlines(b, "main.main"));
	knot_gobinary_close(b);
	knot_gobinary_close(NULL);
	free(s.data);
}

static void refused(struct knot_span file, const char *words)
{
	struct knot_error err = {0};
	struct knot_gobinary *b = NULL;

	cr_expect_eq(knot_gobinary_open(file, &b, &err), KNOT_EINPUT, "%s", words);
	cr_expect(strstr(err.message, words), "%s: %s", words, err.message);
	cr_expect_null(b);
}

static char *find(struct sample *s, const char *bytes, size_t len)
{
	char *at = memmem(s->data, s->len, bytes, len);

	cr_assert(at);
	return at;
}

Test(gobinary, what_is_no_program_of_go)
{
	struct sample s = sample("fixed");
	const struct knot_span all = knot_span_of(s.data, s.len);
	Elf64_Ehdr *h = (Elf64_Ehdr *)s.data;
	const Elf64_Ehdr was = *h;

	refused(knot_span_str("#!/bin/sh\n"), "no ELF file");
	refused(knot_span_of(s.data, 20), "cut short");
	refused(knot_span_of(s.data, 70), "cut short");
	refused(knot_span_of(s.data, s.len - 100), "cut short");
	h->e_ident[EI_CLASS] = ELFCLASS32;
	refused(all, "of 32 bits");
	*h = was;
	h->e_machine = EM_AARCH64;
	refused(all, "for arm64");
	*h = was;
	h->e_type = ET_REL;
	refused(all, "part of one");
	*h = was;
	h->e_shnum = 0;
	refused(all, "no section headers");
	*h = was;
	memcpy(find(&s, ".go.buildinfo", 13), ".no", 3);
	refused(all, "no Go program");
	free(s.data);
}

Test(gobinary, releases_that_are_not_known)
{
	struct sample s = sample("fixed");
	const struct knot_span all = knot_span_of(s.data, s.len);
	char *version = find(&s, "go1.26.8", 8);

	memcpy(version, "go1.22.8", 8);
	refused(all, "by go1.22.8: goknot knows the runtime of Go 1.23 to 1.27");
	memcpy(version, "go1.28.8", 8);
	refused(all, "by go1.28.8");
	memcpy(version, "devel \n1", 8);
	refused(all, "\"devel \\n1\", which is no release");
	free(s.data);
}

Test(gobinary, tables_that_are_missing)
{
	struct sample s = sample("fixed");
	const struct knot_span all = knot_span_of(s.data, s.len);
	char *table = find(&s, "\xf1\xff\xff\xff", 4), *name = find(&s, ".gopclntab", 10);

	*table = 0;
	refused(all, "is not one of Go 1.26");
	*table = '\xf1';
	*name = '-';
	refused(all, ".gopclntab, the table of its functions, is missing");
	*name = '.';
	/* The table's address is the first word of moduledata. */
	const uint64_t address = 0x400000 + (uint64_t)(table - s.data);

	memset(find(&s, (const char *)&address, 8), 0, 8);
	memset(find(&s, (const char *)&address, 8), 0, 8);
	refused(all, "moduledata is not to be found");
	free(s.data);
}
