/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/hook.h"

#include "base/error.h"

#include <elf.h>
#include <string.h>

static const char bytes[] = KNOT_HOOK_CODE KNOT_HOOK_NAME;
#define BYTES (sizeof(bytes) - 1)

static int read_header(struct knot_span file, Elf64_Ehdr *ret_header, struct knot_error *err)
{
	struct knot_span head;

	if (!knot_span_part(file, 0, EI_NIDENT, &head) || memcmp(head.data, ELFMAG, SELFMAG) != 0)
		return knot_error_set(err, KNOT_EINPUT, "not a program: it is no ELF file");
	if (head.data[EI_CLASS] != ELFCLASS64 || head.data[EI_DATA] != ELFDATA2LSB)
		return knot_error_set(err, KNOT_EINPUT, "not a program for amd64: %s",
			head.data[EI_CLASS] == ELFCLASS32 ? "of 32 bits" : "of another machine");
	if (!knot_span_part(file, 0, sizeof(*ret_header), &head))
		return knot_error_set(err, KNOT_EINPUT, "the program is cut short");
	memcpy(ret_header, head.data, sizeof(*ret_header));
	if (ret_header->e_machine != EM_X86_64)
		return knot_error_set(
			err, KNOT_EINPUT, "not a program for amd64: of another machine");
	if (ret_header->e_phentsize != sizeof(Elf64_Phdr))
		return knot_error_set(err, KNOT_EINPUT, "the program has no segments");
	return 0;
}

/* The places in code, which is at offset from of the file; *found is the last one found, UINT64_MAX = none so far. */
static unsigned look(struct knot_span code, uint64_t from, uint64_t *found)
{
	const char *at = code.data;
	size_t left = code.len;
	unsigned n = 0;

	while (left >= BYTES && (at = memmem(at, left, bytes, BYTES))) {
		const uint64_t offset = from + (uint64_t)(at - code.data);

		n += !(*found == offset);
		*found = offset;
		at++;
		left = code.len - (size_t)(at - code.data);
	}
	return n;
}

int knot_hook_find(struct knot_span file, uint64_t *ret_offset, struct knot_error *err)
{
	uint64_t found = UINT64_MAX;
	struct knot_span bit;
	Elf64_Ehdr header = {.e_phnum = 0};
	unsigned n = 0;
	int rc = read_header(file, &header, err);

	if (rc)
		return rc;
	for (unsigned i = 0; i < header.e_phnum && n < 2; i++) {
		Elf64_Phdr segment;

		if (header.e_phoff > file.len ||
			!knot_span_part(
				file, header.e_phoff + i * sizeof(segment), sizeof(segment), &bit))
			return knot_error_set(err, KNOT_EINPUT, "the program is cut short");
		memcpy(&segment, bit.data, sizeof(segment));
		if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X))
			continue;
		if (!knot_span_part(file, segment.p_offset, segment.p_filesz, &bit))
			return knot_error_set(err, KNOT_EINPUT, "the program is cut short");
		n += look(bit, segment.p_offset, &found);
	}
	if (!n)
		return knot_error_set(
			err, KNOT_EINPUT, "the hook is not in it: goknot has not built it");
	if (n > 1)
		return knot_error_set(err, KNOT_EINPUT,
			"the bytes of the hook are in it more than once, and which is the hook "
			"cannot be told");
	*ret_offset = found;
	return 0;
}
