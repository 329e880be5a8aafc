/* SPDX-License-Identifier: BSD-2-Clause */
/* As much of ELF as finding the tables of a Go program takes. Private to wire/. */
#ifndef KNOT_WIRE_GOELF_H
#define KNOT_WIRE_GOELF_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;

/* Borrows the file. */
struct knot_goelf {
	struct knot_span file;
	struct knot_span segments, sections; /* the tables: whole entries only */
	struct knot_span names; /* of sections */
	struct knot_span relocations; /* .rela.dyn; empty = none */
};

struct knot_goelf_section {
	uint64_t address;
	struct knot_span bytes;
	bool writable;
};

int knot_goelf_open(struct knot_span file, struct knot_goelf *ret_elf, struct knot_error *err);
/* Only sections whose bytes are in the file and in memory. */
bool knot_goelf_section(
	const struct knot_goelf *e, const char *name, struct knot_goelf_section *ret_section);
size_t knot_goelf_section_count(const struct knot_goelf *e);
bool knot_goelf_section_at(
	const struct knot_goelf *e, size_t i, struct knot_goelf_section *ret_section);

/* The bytes at an address, up to the end of its segment, and where they are in the file. */
bool knot_goelf_bytes(const struct knot_goelf *e, uint64_t address, bool code,
	struct knot_span *ret_bytes, uint64_t *ret_offset);
/* The word at an address when the program has been loaded as low as can be: where it is relocated, as it is then. */
bool knot_goelf_word(const struct knot_goelf *e, uint64_t address, uint64_t *ret_word);
/* The first address that is relocated to be value; from: how many relocations to pass over, set behind the one found. */
bool knot_goelf_relocated(
	const struct knot_goelf *e, uint64_t value, size_t *from, uint64_t *ret_address);

/* Of the first segment with code. */
bool knot_goelf_text(const struct knot_goelf *e, uint64_t *ret_offset, uint64_t *ret_address);

/* Little-endian numbers at an offset. False: they are not all there. */
bool knot_goelf_u32(struct knot_span s, uint64_t at, uint32_t *ret_value);
bool knot_goelf_u64(struct knot_span s, uint64_t at, uint64_t *ret_value);
/* From an offset on. */
bool knot_goelf_tail(struct knot_span s, uint64_t at, struct knot_span *ret_tail);

#endif
