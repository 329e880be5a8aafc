/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/race.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "wire/text.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	struct knot_races *out;
	struct knot_race race; /* under way */
	bool open; /* between the line that begins a report and the one that ends it */
	size_t accesses;
	struct knot_race_stack *stack; /* whose frames follow, NULL = none */
	bool position; /* the position of the stack's last frame may follow */
};

static char *shown(struct knot_span raw)
{
	return knot_text_escape(raw, KNOT_GOSTACK_MAX_TEXT);
}

static void free_stack(struct knot_race_stack *s)
{
	for (size_t i = 0; i < s->len; i++) {
		free(s->data[i].func);
		free(s->data[i].file);
	}
	knot_vec_free(s);
}

static void free_race(struct knot_race *r)
{
	for (size_t i = 0; i < 2; i++) {
		free_stack(&r->access[i].stack);
		free_stack(&r->access[i].creation);
	}
	*r = (struct knot_race){0};
}

/* "goroutine 7" or "main goroutine", which is 0. */
static bool take_goroutine(struct knot_span *s, uint64_t *ret_number)
{
	*ret_number = 0;
	if (knot_span_skip(s, "main goroutine"))
		return true;
	return knot_span_skip(s, "goroutine ") && knot_span_take_u64(s, UINT64_MAX, ret_number);
}

/* The frames that follow belong to stack; NULL: to none. No frame before it gets a position any more. */
static void begin_stack(struct parser *p, struct knot_race_stack *stack)
{
	p->stack = stack;
	p->position = false;
}

/* "Previous atomic write at 0x00c000014128 by goroutine 7:" */
static bool take_access(struct parser *p, struct knot_span line)
{
	struct knot_race_access a = {0};
	struct knot_span address;
	bool previous = knot_span_skip(&line, "Previous ");

	a.is_atomic = knot_span_skip(&line, previous ? "atomic " : "Atomic ");
	if (knot_span_skip(&line, previous || a.is_atomic ? "write" : "Write"))
		a.is_write = true;
	else if (!knot_span_skip(&line, previous || a.is_atomic ? "read" : "Read"))
		return false;
	if (!knot_span_skip(&line, " at 0x") || !knot_span_take_until(&line, ' ', &address) ||
		!knot_span_skip(&line, "by ") || !take_goroutine(&line, &a.goroutine) ||
		!knot_span_eq(line, ":"))
		return false;
	begin_stack(p, NULL);
	if (p->accesses < 2) {
		p->race.access[p->accesses] = a;
		begin_stack(p, &p->race.access[p->accesses].stack);
	}
	p->accesses++;
	return true;
}

/* "Goroutine 8 (running) created at:" */
static bool take_creation(struct parser *p, struct knot_span line)
{
	struct knot_span state;
	uint64_t number;

	if (!knot_span_skip(&line, "Goroutine ") ||
		!knot_span_take_u64(&line, UINT64_MAX, &number) || !knot_span_skip(&line, " (") ||
		!knot_span_take_until(&line, ')', &state) || !knot_span_eq(line, " created at:"))
		return false;
	begin_stack(p, NULL);
	for (size_t i = 0; i < 2 && i < p->accesses; i++) {
		struct knot_race_access *a = &p->race.access[i];

		if (a->goroutine == number && number && !a->creation.len)
			begin_stack(p, &a->creation);
	}
	return true;
}

/* "      /src/a.go:12 +0x84" */
static void take_position(struct parser *p, struct knot_span line)
{
	struct knot_gostack_frame *f = &p->stack->data[p->stack->len - 1];
	size_t plus = knot_span_find_last(line, '+');
	struct knot_span path = line, file;
	uint64_t number;

	p->position = false;
	if (plus != SIZE_MAX && plus && line.data[plus - 1] == ' ')
		path.len = plus - 1;
	size_t colon = knot_span_find_last(path, ':');

	if (colon == SIZE_MAX || !knot_span_take(&path, colon, &file) ||
		!knot_span_skip(&path, ":") || !knot_span_take_u64(&path, UINT32_MAX, &number))
		return;
	free(f->file);
	f->file = shown(file);
	f->line = (uint32_t)number;
}

/* "  example.org/m.(*T).add()", then its position, deeper. */
static bool take_frame(struct parser *p, struct knot_span line)
{
	if (!p->stack || !knot_span_skip(&line, "  "))
		return false;
	if (knot_span_skip(&line, "    ")) {
		if (p->position)
			take_position(p, line);
		return true;
	}
	p->position = false;
	if (!knot_span_cut(&line, "()") || p->stack->len >= KNOT_RACE_MAX_FRAMES)
		return true;
	knot_vec_push(p->stack,
		((struct knot_gostack_frame){
			.func = shown(line), .file = shown(knot_span_str(""))}));
	p->position = true;
	return true;
}

static void end_report(struct parser *p)
{
	if (p->open && p->accesses == 2 && p->out->len < KNOT_RACE_MAX_REPORTS) {
		knot_vec_push(p->out, p->race);
		p->race = (struct knot_race){0};
	}
	free_race(&p->race);
	p->open = false;
	p->accesses = 0;
	begin_stack(p, NULL);
}

void knot_races_parse(struct knot_span text, struct knot_races *ret_races)
{
	struct parser p = {.out = ret_races};
	struct knot_span line;

	while (knot_span_take_line(&text, &line)) {
		if (knot_span_eq(line, "==================")) {
			end_report(&p);
		} else if (knot_span_eq(line, "WARNING: DATA RACE")) {
			end_report(&p);
			p.open = true;
		} else if (!p.open || take_access(&p, line) || take_creation(&p, line) ||
			take_frame(&p, line)) {
			continue;
		} else {
			begin_stack(&p, NULL);
		}
	}
	/* A report without its last line was cut off: it may lack an access' stack. */
	free_race(&p.race);
}

void knot_races_free(struct knot_races *races)
{
	for (size_t i = 0; i < races->len; i++)
		free_race(&races->data[i]);
	knot_vec_free(races);
}

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool is_runtime(const char *func)
{
	return starts(func, "runtime.") || starts(func, "internal/runtime/") ||
		starts(func, "internal/race.") || starts(func, "sync/atomic.");
}

/* Packages whose path begins with a word without a dot, except main and made-up modules. */
static bool is_standard(const struct knot_gostack_frame *f)
{
	/* The file tells: the standard library lies below some src of its own with the package's path. */
	const char *dot = strchr(f->func, '.');
	const char *slash = strrchr(f->file, '/');

	if (!dot || !slash)
		return false;
	for (const char *s = dot; *s && *s != '('; s++)
		if (*s == '/')
			return false; /* the dot was in the path: a domain */
	const size_t path = (size_t)(dot - f->func), dir = (size_t)(slash - f->file);

	return dir > path + 5 && !strncmp(slash - path - 5, "/src/", 5) &&
		!strncmp(slash - path, f->func, path);
}

const struct knot_gostack_frame *knot_race_innermost(const struct knot_race_access *access)
{
	for (size_t i = 0; i < access->stack.len; i++)
		if (access->stack.data[i].line && !is_runtime(access->stack.data[i].func))
			return &access->stack.data[i];
	return NULL;
}

/* The length of the import path at the head of a symbol name; type arguments hold slashes of their own. */
static size_t package_len(const char *func)
{
	size_t i = strcspn(func, "[");

	while (i && func[i - 1] != '/')
		i--;
	return i + strcspn(func + i, ".");
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Caller frees. */
static char *package_of(const char *func)
{
	const size_t len = package_len(func);
	char *package = knot_xalloc(len + 1);
	size_t n = 0;

	/* The linker wrote dots of the last element as %2e. */
	for (size_t i = 0; i < len; i++) {
		const char *f = func + i;

		if (f[0] == '%' && i + 2 < len && hex_digit(f[1]) >= 0 && hex_digit(f[2]) >= 0) {
			package[n++] = (char)(hex_digit(f[1]) << 4 | hex_digit(f[2]));
			i += 2;
		} else {
			package[n++] = *f;
		}
	}
	return package;
}

bool knot_race_from_head(const struct knot_gostack_frame *frame)
{
	const size_t len = package_len(frame->func);
	const size_t first = strcspn(frame->func, "/.");

	/* Before the linker's dots are undone, as in knotIsStd. */
	return (first >= len || frame->func[first] == '/') &&
		!(len == strlen("main") && starts(frame->func, "main"));
}

uint32_t knot_race_site(const struct knot_gostack_frame *frame, uint32_t head, uint32_t op)
{
	const char *slash = strrchr(frame->file, '/');
	const size_t len = package_len(frame->func);
	knot_auto_free char *package = package_of(frame->func);
	knot_auto_free char *text = head
		? knot_xasprintf(
			  "%s/%s+%u:%u:0", package, frame->func + len, frame->line - head, op)
		: knot_xasprintf("%s/%s:%u:%u:0", package, slash ? slash + 1 : frame->file,
			  frame->line, op);

	return knot_hash_fnv32(text, strlen(text));
}

const struct knot_gostack_frame *knot_race_position(const struct knot_race_access *access)
{
	const struct knot_gostack_frame *first = NULL;

	for (size_t i = 0; i < access->stack.len; i++) {
		const struct knot_gostack_frame *f = &access->stack.data[i];

		if (!f->line || is_runtime(f->func))
			continue;
		if (!is_standard(f))
			return f;
		if (!first)
			first = f;
	}
	return first;
}
