/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/goelf.h"

#include "base/error.h"

#include <elf.h>
#include <string.h>

bool knot_goelf_tail(struct knot_span s, uint64_t at, struct knot_span *ret_tail)
{
	if (at > s.len)
		return false;
	*ret_tail = knot_span_of(s.data + at, s.len - (size_t)at);
	return true;
}

static bool copy(struct knot_span s, uint64_t at, void *to, size_t len)
{
	if (at > s.len || len > s.len - (size_t)at)
		return false;
	memcpy(to, s.data + at, len);
	return true;
}

bool knot_goelf_u32(struct knot_span s, uint64_t at, uint32_t *ret_value)
{
	return copy(s, at, ret_value, sizeof(*ret_value));
}

bool knot_goelf_u64(struct knot_span s, uint64_t at, uint64_t *ret_value)
{
	return copy(s, at, ret_value, sizeof(*ret_value));
}

static const char *machine_of(uint16_t machine)
{
	return machine == EM_AARCH64 ? "arm64" : machine == EM_386 ? "386" : "another machine";
}

static int read_header(struct knot_span file, Elf64_Ehdr *ret_header, struct knot_error *err)
{
	unsigned char ident[EI_NIDENT];

	if (!copy(file, 0, ident, sizeof(ident)) || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return knot_error_set(err, KNOT_EINPUT, "it is no program: no ELF file");
	if (ident[EI_CLASS] == ELFCLASS32)
		return knot_error_set(err, KNOT_EINPUT,
			"it is a program of 32 bits: goknot records those for amd64");
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return knot_error_set(err, KNOT_EINPUT,
			"it is a program for another machine: goknot records those for amd64");
	if (!copy(file, 0, ret_header, sizeof(*ret_header)))
		return knot_error_set(err, KNOT_EINPUT, "it is cut short");
	if (ret_header->e_machine != EM_X86_64)
		return knot_error_set(err, KNOT_EINPUT,
			"it is a program for %s: goknot records those for amd64",
			machine_of(ret_header->e_machine));
	if (ret_header->e_type != ET_EXEC && ret_header->e_type != ET_DYN)
		return knot_error_set(err, KNOT_EINPUT, "it is no program, but part of one");
	return 0;
}

static bool section_header(const struct knot_goelf *e, size_t i, Elf64_Shdr *ret)
{
	return copy(e->sections, (uint64_t)i * sizeof(*ret), ret, sizeof(*ret));
}

static bool segment_header(const struct knot_goelf *e, size_t i, Elf64_Phdr *ret)
{
	return copy(e->segments, (uint64_t)i * sizeof(*ret), ret, sizeof(*ret));
}

int knot_goelf_open(struct knot_span file, struct knot_goelf *ret_elf, struct knot_error *err)
{
	struct knot_goelf e = {.file = file};
	struct knot_goelf_section relocations;
	Elf64_Ehdr h = {0};
	Elf64_Shdr names;
	int rc = read_header(file, &h, err);

	if (rc)
		return rc;
	if (h.e_phentsize != sizeof(Elf64_Phdr) ||
		!knot_span_part(
			file, h.e_phoff, (uint64_t)h.e_phnum * sizeof(Elf64_Phdr), &e.segments))
		return knot_error_set(err, KNOT_EINPUT, "it is cut short, or has no segments");
	if (!h.e_shnum || h.e_shentsize != sizeof(Elf64_Shdr))
		return knot_error_set(err, KNOT_EINPUT,
			"it has no section headers (sstrip, a packer?): they are what says where "
			"Go's "
			"tables are");
	if (!knot_span_part(
		    file, h.e_shoff, (uint64_t)h.e_shnum * sizeof(Elf64_Shdr), &e.sections) ||
		!section_header(&e, h.e_shstrndx, &names) ||
		!knot_span_part(file, names.sh_offset, names.sh_size, &e.names))
		return knot_error_set(err, KNOT_EINPUT, "it is cut short");
	if (knot_goelf_section(&e, ".rela.dyn", &relocations) ||
		knot_goelf_section(&e, ".rela", &relocations))
		e.relocations = relocations.bytes;
	*ret_elf = e;
	return 0;
}

size_t knot_goelf_section_count(const struct knot_goelf *e)
{
	return e->sections.len / sizeof(Elf64_Shdr);
}

bool knot_goelf_section_at(
	const struct knot_goelf *e, size_t i, struct knot_goelf_section *ret_section)
{
	struct knot_span bytes;
	Elf64_Shdr h;

	if (!section_header(e, i, &h) || h.sh_type == SHT_NOBITS || !(h.sh_flags & SHF_ALLOC) ||
		!knot_span_part(e->file, h.sh_offset, h.sh_size, &bytes))
		return false;
	*ret_section = (struct knot_goelf_section){
		.address = h.sh_addr, .bytes = bytes, .writable = (h.sh_flags & SHF_WRITE) != 0};
	return true;
}

bool knot_goelf_section(
	const struct knot_goelf *e, const char *name, struct knot_goelf_section *ret_section)
{
	const size_t len = strlen(name) + 1;

	for (size_t i = 0; i < knot_goelf_section_count(e); i++) {
		struct knot_span called;
		Elf64_Shdr h;

		if (section_header(e, i, &h) && knot_span_part(e->names, h.sh_name, len, &called) &&
			memcmp(called.data, name, len) == 0)
			return knot_goelf_section_at(e, i, ret_section);
	}
	return false;
}

bool knot_goelf_bytes(const struct knot_goelf *e, uint64_t address, bool code,
	struct knot_span *ret_bytes, uint64_t *ret_offset)
{
	Elf64_Phdr h;

	for (size_t i = 0; segment_header(e, i, &h); i++) {
		struct knot_span all;

		if (h.p_type != PT_LOAD || address < h.p_vaddr ||
			address - h.p_vaddr >= h.p_filesz || (code && !(h.p_flags & PF_X)) ||
			!knot_span_part(e->file, h.p_offset, h.p_filesz, &all))
			continue;
		*ret_offset = h.p_offset + (address - h.p_vaddr);
		return knot_goelf_tail(all, address - h.p_vaddr, ret_bytes);
	}
	return false;
}

bool knot_goelf_text(const struct knot_goelf *e, uint64_t *ret_offset, uint64_t *ret_address)
{
	Elf64_Phdr h;

	for (size_t i = 0; segment_header(e, i, &h); i++) {
		if (h.p_type != PT_LOAD || !(h.p_flags & PF_X))
			continue;
		*ret_offset = h.p_offset;
		*ret_address = h.p_vaddr;
		return true;
	}
	return false;
}

/* --- relocations ----------------------------------------------------------------------------- */

static bool relocation(const struct knot_goelf *e, size_t i, Elf64_Rela *ret)
{
	return copy(e->relocations, (uint64_t)i * sizeof(*ret), ret, sizeof(*ret));
}

bool knot_goelf_word(const struct knot_goelf *e, uint64_t address, uint64_t *ret_word)
{
	struct knot_span bytes;
	uint64_t offset;
	Elf64_Rela r;

	for (size_t i = 0; relocation(e, i, &r); i++)
		if (r.r_offset == address && ELF64_R_TYPE(r.r_info) == R_X86_64_RELATIVE) {
			*ret_word = (uint64_t)r.r_addend;
			return true;
		}
	return knot_goelf_bytes(e, address, false, &bytes, &offset) &&
		knot_goelf_u64(bytes, 0, ret_word);
}

bool knot_goelf_relocated(
	const struct knot_goelf *e, uint64_t value, size_t *from, uint64_t *ret_address)
{
	Elf64_Rela r;

	while (relocation(e, *from, &r)) {
		++*from;
		if (ELF64_R_TYPE(r.r_info) == R_X86_64_RELATIVE && (uint64_t)r.r_addend == value) {
			*ret_address = r.r_offset;
			return true;
		}
	}
	return false;
}
