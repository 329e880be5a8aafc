/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats: src/debug/buildinfo, src/runtime/symtab.go (pcHeader, moduledata, functab, _func, pcvalue, inlinedCall) of Go
 * 1.23 to 1.27, between which they differ as said here. Since Go 1.26 the table does not say at which address the code
 * begins, and .text may begin before: so moduledata is always found, and has the last word.
 */
#include "wire/gobinary.h"

#include "base/alloc.h"
#include "base/error.h"
#include "wire/goelf.h"
#include "wire/text.h"

#include <stdlib.h>
#include <string.h>

#define BUILDINFO_MAGIC "\xff Go buildinf:"
#define BUILDINFO_INLINE 2 /* flag: the strings stand in the section */
#define BUILDINFO_HEADER 32
#define PCLNTAB_MAGIC 0xfffffff1u /* since Go 1.20 */
#define MODULE_SEARCH_MAX 64
#define FUNCTIONS_MAX (8u << 20)
#define NAME_MAX_BYTES 4096
#define PCDATA_INLINED 2
#define FUNCDATA_INLINED 3
#define NO_OFFSET UINT32_MAX
#define INLINED_BYTES 16
#define INLINED_MAX 64

/* Words of struct moduledata. */
enum {
	MODULE_HEADER,
	MODULE_NAMES,
	MODULE_TEXT = 22,
	MODULE_ETEXT,
};

struct knot_gobinary {
	struct knot_goelf elf;
	struct knot_span version;
	unsigned minor;
	struct knot_goelf_section table; /* .gopclntab */
	struct knot_span names, units, files, values, functions;
	uint32_t count; /* of functions */
	uint64_t text, etext, inlined; /* addresses; inlined: of what funcdata offsets are from */
};

/* Behind the fixed part: npcdata offsets into values, and nfuncdata from inlined. */
struct function {
	uint32_t entry, name, args, deferreturn, pcsp, pcfile, pcln, npcdata, unit, line, flags;
};
_Static_assert(sizeof(struct function) == 44, "layout of the Go runtime");

/* --- the version ----------------------------------------------------------------------------- */

static bool take_varint(struct knot_span *s, uint32_t *ret_value)
{
	uint32_t value = 0;

	for (unsigned shift = 0; shift < 35; shift += 7) {
		struct knot_span byte;

		if (!knot_span_take(s, 1, &byte))
			return false;
		value |= (uint32_t)(byte.data[0] & 0x7f) << shift;
		if (!(byte.data[0] & 0x80)) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

static bool read_version(struct knot_gobinary *b, struct knot_span info)
{
	const size_t magic = sizeof(BUILDINFO_MAGIC) - 1;
	uint32_t len;

	if (info.len < BUILDINFO_HEADER || memcmp(info.data, BUILDINFO_MAGIC, magic) != 0 ||
		!(info.data[magic + 1] & BUILDINFO_INLINE))
		return false;
	return knot_goelf_tail(info, BUILDINFO_HEADER, &info) && take_varint(&info, &len) &&
		knot_span_take(&info, len, &b->version);
}

static int check_version(struct knot_gobinary *b, struct knot_error *err)
{
	struct knot_span rest = b->version;
	uint64_t minor;
	char *shown = knot_text_escape(b->version, 40);
	int rc = 0;

	if (!knot_span_skip(&rest, "go1.") || !knot_span_take_u64(&rest, 9999, &minor))
		rc = knot_error_set(err, KNOT_EINPUT,
			"it was built by \"%s\", which is no release of Go: where a goroutine "
			"keeps its "
			"number is known of releases only",
			shown);
	else if (minor < KNOT_GOBINARY_OLDEST || minor > KNOT_GOBINARY_NEWEST)
		rc = knot_error_set(err, KNOT_EINPUT,
			"it was built by %s: goknot knows the runtime of Go 1.%d to 1.%d, and "
			"which "
			"goroutine is which cannot be told of others",
			shown, KNOT_GOBINARY_OLDEST, KNOT_GOBINARY_NEWEST);
	else
		b->minor = (unsigned)minor;
	free(shown);
	return rc;
}

/* --- the tables ------------------------------------------------------------------------------ */

static bool is_module(const struct knot_gobinary *b, uint64_t at, uint64_t names)
{
	uint64_t header, word, text, etext;
	struct knot_span code;
	uint64_t offset;

	return knot_goelf_word(&b->elf, at, &header) && header == b->table.address &&
		knot_goelf_word(&b->elf, at + 8 * MODULE_NAMES, &word) && word == names &&
		knot_goelf_word(&b->elf, at + 8 * MODULE_TEXT, &text) &&
		knot_goelf_word(&b->elf, at + 8 * MODULE_ETEXT, &etext) && text < etext &&
		knot_goelf_bytes(&b->elf, text, true, &code, &offset) && code.len >= etext - text;
}

/* Where it is not relocated it is the place in memory that holds the table's address, and then that of the names. */
static bool find_in_place(const struct knot_gobinary *b, uint64_t names, uint64_t *ret_module)
{
	for (size_t i = 0; i < knot_goelf_section_count(&b->elf); i++) {
		struct knot_goelf_section s;
		unsigned tries = 0;
		uint64_t word, next;

		if (!knot_goelf_section_at(&b->elf, i, &s) || !s.writable)
			continue;
		for (uint64_t at = 0; knot_goelf_u64(s.bytes, at, &word); at += 8)
			if (word == b->table.address && knot_goelf_u64(s.bytes, at + 8, &next) &&
				next == names && tries++ < MODULE_SEARCH_MAX &&
				is_module(b, s.address + at, names)) {
				*ret_module = s.address + at;
				return true;
			}
	}
	return false;
}

static bool find_module(const struct knot_gobinary *b, uint64_t names, uint64_t *ret_module)
{
	size_t from = 0;
	uint64_t at;

	if (find_in_place(b, names, ret_module))
		return true;
	for (unsigned tries = 0; tries < MODULE_SEARCH_MAX &&
		knot_goelf_relocated(&b->elf, b->table.address, &from, &at);
		tries++)
		if (is_module(b, at, names)) {
			*ret_module = at;
			return true;
		}
	return false;
}

static bool read_table(struct knot_gobinary *b, uint64_t *ret_names)
{
	const struct knot_span t = b->table.bytes;
	struct knot_span *const parts[] = {
		&b->names, &b->units, &b->files, &b->values, &b->functions};
	uint32_t magic, sizes;
	uint64_t count, offset;

	/* Instructions begin anywhere, pointers have 8 bytes. */
	if (!knot_goelf_u32(t, 0, &magic) || magic != PCLNTAB_MAGIC ||
		!knot_goelf_u32(t, 4, &sizes) || sizes != 0x08010000 ||
		!knot_goelf_u64(t, 8, &count) || !count || count > FUNCTIONS_MAX)
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!knot_goelf_u64(t, 32 + 8 * i, &offset) ||
			!knot_goelf_tail(t, offset, parts[i]))
			return false;
		if (!i)
			*ret_names = b->table.address + offset;
	}
	b->count = (uint32_t)count;
	return b->functions.len >= count * 8 + 4;
}

static int read_tables(struct knot_gobinary *b, struct knot_error *err)
{
	uint64_t names = 0, module;
	const unsigned inlined = b->minor >= 27 ? 43 : 40;

	if (!knot_goelf_section(&b->elf, ".gopclntab", &b->table) &&
		!knot_goelf_section(&b->elf, ".data.rel.ro.gopclntab", &b->table))
		return knot_error_set(err, KNOT_EINPUT,
			"it is stripped of more than strip takes: .gopclntab, the table of its "
			"functions, "
			"is missing");
	if (!read_table(b, &names))
		return knot_error_set(err, KNOT_EINPUT,
			"its .gopclntab, the table of its functions, is not one of Go 1.%d",
			b->minor);
	if (!find_module(b, names, &module))
		return knot_error_set(err, KNOT_EINPUT,
			"its runtime.moduledata is not to be found: where its functions begin "
			"cannot be "
			"told for sure");
	if (!knot_goelf_word(&b->elf, module + 8 * MODULE_TEXT, &b->text) ||
		!knot_goelf_word(&b->elf, module + 8 * MODULE_ETEXT, &b->etext) ||
		!knot_goelf_word(&b->elf, module + 8ull * inlined, &b->inlined))
		return knot_error_set(err, KNOT_EINPUT, "its runtime.moduledata is cut short");
	return 0;
}

int knot_gobinary_open(struct knot_span file, struct knot_gobinary **ret_b, struct knot_error *err)
{
	struct knot_gobinary *b = knot_xalloc(sizeof(*b));
	struct knot_goelf_section info;
	int rc = knot_goelf_open(file, &b->elf, err);

	if (!rc &&
		(!knot_goelf_section(&b->elf, ".go.buildinfo", &info) ||
			!read_version(b, info.bytes)))
		rc = knot_error_set(err, KNOT_EINPUT,
			"it is no Go program, or one of before Go 1.18: it has no .go.buildinfo "
			"that "
			"names the release");
	if (!rc)
		rc = check_version(b, err);
	if (!rc)
		rc = read_tables(b, err);
	if (rc)
		knot_gobinary_close(b);
	else
		*ret_b = b;
	return rc;
}

void knot_gobinary_close(struct knot_gobinary *b)
{
	free(b);
}

struct knot_span knot_gobinary_version(const struct knot_gobinary *b)
{
	return b->version;
}

unsigned knot_gobinary_minor(const struct knot_gobinary *b)
{
	return b->minor;
}

void knot_gobinary_text(const struct knot_gobinary *b, uint64_t *ret_offset, uint64_t *ret_address)
{
	/* It has one: moduledata.text lies in it. */
	knot_assert(knot_goelf_text(&b->elf, ret_offset, ret_address));
}

/* --- functions ------------------------------------------------------------------------------- */

/* Of the table: the address as an offset from text, count has one, too. */
static uint32_t entry_of(const struct knot_gobinary *b, uint32_t i)
{
	uint32_t entry = 0;

	knot_assert(knot_goelf_u32(b->functions, 8ull * i, &entry));
	return entry;
}

static bool read_function(
	const struct knot_gobinary *b, uint32_t i, struct function *ret, struct knot_span *ret_tail)
{
	struct knot_span head;
	uint32_t offset;

	if (!knot_goelf_u32(b->functions, 8ull * i + 4, &offset) ||
		!knot_goelf_tail(b->functions, offset, ret_tail) ||
		!knot_span_take(ret_tail, sizeof(*ret), &head))
		return false;
	memcpy(ret, head.data, sizeof(*ret));
	return true;
}

static bool string_at(struct knot_span s, uint32_t at, struct knot_span *ret_string)
{
	const char *end;

	if (at >= s.len)
		return false;
	const size_t left = s.len - at < NAME_MAX_BYTES ? s.len - at : NAME_MAX_BYTES;

	if (!(end = memchr(s.data + at, 0, left)))
		return false;
	*ret_string = knot_span_of(s.data + at, (size_t)(end - (s.data + at)));
	return true;
}

static bool function_at(
	const struct knot_gobinary *b, uint32_t i, struct knot_gobinary_function *ret)
{
	const uint32_t from = entry_of(b, i), to = entry_of(b, i + 1);
	struct knot_gobinary_function f = {.entry = b->text + from, .end = b->text + to};
	struct knot_span tail, code;
	struct function head;

	if (from >= to || !read_function(b, i, &head, &tail) ||
		!string_at(b->names, head.name, &f.name) ||
		!knot_goelf_bytes(&b->elf, f.entry, true, &code, &f.offset) ||
		!knot_span_take(&code, to - from, &f.code))
		return false;
	*ret = f;
	return true;
}

bool knot_gobinary_find(const struct knot_gobinary *b, const char *name,
	struct knot_gobinary_function *ret_function)
{
	for (uint32_t i = 0; i < b->count; i++) {
		struct knot_span tail, called;
		struct function head;

		if (read_function(b, i, &head, &tail) && string_at(b->names, head.name, &called) &&
			knot_span_eq(called, name))
			return function_at(b, i, ret_function);
	}
	return false;
}

static bool index_of(const struct knot_gobinary *b, uint64_t pc, uint32_t *ret_index)
{
	uint32_t low = 0, high = b->count;

	if (pc < b->text || pc - b->text > UINT32_MAX)
		return false;
	const uint32_t at = (uint32_t)(pc - b->text);

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (entry_of(b, middle + 1) <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == b->count || entry_of(b, low) > at)
		return false;
	*ret_index = low;
	return true;
}

bool knot_gobinary_at(
	const struct knot_gobinary *b, uint64_t pc, struct knot_gobinary_function *ret_function)
{
	uint32_t i;

	return index_of(b, pc, &i) && function_at(b, i, ret_function);
}

/* --- positions ------------------------------------------------------------------------------- */

/* A table of values: steps of value and of address, each as a varint. */
struct steps {
	struct knot_span rest;
	uint32_t value;
	uint64_t pc; /* up to which it is value, as an offset from the function's beginning */
	bool begun;
};

static bool open_steps(const struct knot_gobinary *b, uint32_t table, struct steps *ret)
{
	*ret = (struct steps){.value = UINT32_MAX};
	return table && knot_goelf_tail(b->values, table, &ret->rest);
}

static bool next_step(struct steps *s)
{
	uint32_t step, bytes;

	if (!take_varint(&s->rest, &step) || (!step && s->begun) || !take_varint(&s->rest, &bytes))
		return false;
	s->value += step >> 1 ^ -(step & 1);
	s->pc += bytes;
	s->begun = true;
	return true;
}

static bool value_at(
	const struct knot_gobinary *b, uint32_t table, uint32_t offset, int32_t *ret_value)
{
	struct steps s;

	if (!open_steps(b, table, &s))
		return false;
	while (next_step(&s))
		if (offset < s.pc) {
			*ret_value = (int32_t)s.value;
			return true;
		}
	return false;
}

static void place(const struct knot_gobinary *b, const struct function *f, uint32_t offset,
	struct knot_gobinary_position *p)
{
	int32_t file, line;
	uint32_t name;

	if (value_at(b, f->pcfile, offset, &file) && file >= 0 &&
		knot_goelf_u32(b->units, 4 * ((uint64_t)f->unit + (uint32_t)file), &name) &&
		name != NO_OFFSET && string_at(b->files, name, &p->file) &&
		value_at(b, f->pcln, offset, &line) && line > 0)
		p->line = (uint32_t)line;
}

/* Of a function into which others were inlined: which of the calls each instruction is of, and the calls. */
static bool inlined_calls(const struct knot_gobinary *b, const struct function *f,
	struct knot_span tail, uint32_t *ret_table, struct knot_span *ret_calls)
{
	const unsigned funcdata = f->flags >> 24;
	uint32_t where;
	uint64_t ignored;

	return f->npcdata > PCDATA_INLINED && funcdata > FUNCDATA_INLINED &&
		knot_goelf_u32(tail, 4 * PCDATA_INLINED, ret_table) &&
		knot_goelf_u32(tail, 4 * ((uint64_t)f->npcdata + FUNCDATA_INLINED), &where) &&
		where != NO_OFFSET &&
		knot_goelf_bytes(&b->elf, b->inlined + where, false, ret_calls, &ignored);
}

static bool call_name(
	const struct knot_gobinary *b, struct knot_span calls, uint32_t i, struct knot_span *ret)
{
	uint32_t name;

	return knot_goelf_u32(calls, (uint64_t)i * INLINED_BYTES + 4, &name) &&
		string_at(b->names, name, ret);
}

/* The call that the instruction at offset was inlined by: its name, and where in the function the call was. */
static bool inlined_at(const struct knot_gobinary *b, const struct function *f,
	struct knot_span tail, uint32_t offset, struct knot_span *ret_name, uint32_t *ret_parent)
{
	struct knot_span calls;
	uint32_t table;
	int32_t i;

	return inlined_calls(b, f, tail, &table, &calls) && value_at(b, table, offset, &i) &&
		i >= 0 && call_name(b, calls, (uint32_t)i, ret_name) &&
		knot_goelf_u32(calls, (uint64_t)i * INLINED_BYTES + 8, ret_parent);
}

bool knot_gobinary_inlines(const struct knot_gobinary *b, const char *name)
{
	for (uint32_t i = 0; i < b->count; i++) {
		struct knot_span tail, calls, called;
		struct function f;
		struct steps s;
		uint32_t table;

		if (!read_function(b, i, &f, &tail) ||
			!inlined_calls(b, &f, tail, &table, &calls) || !open_steps(b, table, &s))
			continue;
		while (next_step(&s))
			if ((int32_t)s.value >= 0 && call_name(b, calls, s.value, &called) &&
				knot_span_eq(called, name))
				return true;
	}
	return false;
}

size_t knot_gobinary_positions(const struct knot_gobinary *b, uint64_t pc,
	struct knot_gobinary_position *positions, size_t max)
{
	struct knot_span tail, name;
	struct function f;
	uint32_t i, offset, parent;
	size_t n = 0;

	if (!max || !index_of(b, pc, &i) || !read_function(b, i, &f, &tail) ||
		!string_at(b->names, f.name, &name))
		return 0;
	offset = (uint32_t)(pc - b->text) - entry_of(b, i);
	for (unsigned depth = 0; n + 1 < max && depth < INLINED_MAX; depth++) {
		struct knot_span called;

		if (!inlined_at(b, &f, tail, offset, &called, &parent))
			break;
		positions[n] = (struct knot_gobinary_position){.function = called};
		place(b, &f, offset, &positions[n++]);
		offset = parent;
	}
	positions[n] = (struct knot_gobinary_position){.function = name};
	place(b, &f, offset, &positions[n++]);
	return n;
}
