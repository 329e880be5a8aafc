/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/gostack.h"
#include "base/alloc.h"
#include "wire/text.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	struct knot_gostack *out;
	struct knot_gostack_g *g; /* whose frames follow, NULL = none */
	struct knot_gostack_frame *frame; /* whose position line may follow, NULL = none */
	bool dump_seen; /* the message is settled */
	bool in_message; /* further lines of a panic's text may follow, indented by a tab */
	size_t frames; /* of all goroutines */
};

static char *shown(struct knot_span raw)
{
	return knot_text_escape(raw, KNOT_GOSTACK_MAX_TEXT);
}

static void replace(char **slot, struct knot_span raw)
{
	free(*slot);
	*slot = shown(raw);
}

/* The part before the first occurrence of literal; false when there is none. */
static bool before(struct knot_span s, const char *literal, struct knot_span *ret_head)
{
	struct knot_span rest = s;
	struct knot_span one;
	while (rest.len) {
		if (knot_span_has_prefix(rest, literal)) {
			*ret_head = knot_span_of(s.data, s.len - rest.len);
			return true;
		}
		if (!knot_span_take(&rest, 1, &one))
			break;
	}
	return false;
}

/* --- the message ------------------------------------------------------------------------------ */

static void set_verdict(struct parser *p, enum knot_gostack_kind kind, struct knot_span message)
{
	p->out->kind = kind;
	p->out->recovered = false;
	replace(&p->out->message, message);
	replace(&p->out->detail, knot_span_str(""));
}

static void take_panic(struct parser *p, struct knot_span message)
{
	bool recovered = knot_span_cut(&message, " [recovered]") ||
		knot_span_cut(&message, " [recovered, repanicked]");
	bool timeout = knot_span_has_prefix(message, "test timed out after ");
	set_verdict(p, timeout ? KNOT_GOSTACK_TIMEOUT : KNOT_GOSTACK_PANIC, message);
	p->out->recovered = recovered;
	p->in_message = true;
}

/* A text of several lines carries its mark on the last one; the panic it led to comes after that. */
static bool take_message_rest(struct parser *p, struct knot_span line)
{
	if (!p->in_message || p->dump_seen || !knot_span_skip(&line, "\t"))
		return false;
	if (knot_span_has_prefix(line, "panic: "))
		p->in_message = false;
	else if (knot_span_has_suffix(line, " [recovered]") ||
		knot_span_has_suffix(line, " [recovered, repanicked]"))
		p->out->recovered = true;
	return true;
}

/* "SIGQUIT: quit", as the runtime names a signal that ends the program. */
static bool is_signal(struct knot_span line)
{
	struct knot_span name;
	if (!knot_span_has_prefix(line, "SIG") || !before(line, ": ", &name) || name.len > 12)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((name.data[i] < 'A' || name.data[i] > 'Z') &&
			(name.data[i] < '0' || name.data[i] > '9'))
			return false;
	return true;
}

static bool take_message(struct parser *p, struct knot_span line)
{
	struct knot_span rest = line;
	if (p->dump_seen)
		return false;
	p->in_message = false;
	if (knot_span_skip(&rest, "panic: ")) {
		take_panic(p, rest);
	} else if (knot_span_skip(&rest, "fatal error: ")) {
		bool deadlock = knot_span_eq(rest, "all goroutines are asleep - deadlock!");
		set_verdict(p, deadlock ? KNOT_GOSTACK_DEADLOCK : KNOT_GOSTACK_FATAL, rest);
	} else if (is_signal(line)) {
		set_verdict(p, KNOT_GOSTACK_SIGNAL, line);
	} else if (knot_span_eq(line, "WARNING: DATA RACE")) {
		/* A race does not end the program: its stacks follow, then the run goes on. */
		if (p->out->kind == KNOT_GOSTACK_NONE)
			set_verdict(p, KNOT_GOSTACK_RACE, knot_span_str("data race"));
	} else if (knot_span_has_prefix(line, "[signal ")) {
		replace(&p->out->detail, line);
	} else {
		return false;
	}
	return true;
}

static bool take_exit_status(struct parser *p, struct knot_span line)
{
	uint64_t status;
	if (!knot_span_skip(&line, "exit status ") || !knot_span_take_u64(&line, 255, &status) ||
		line.len)
		return false;
	p->out->exit_status = (int)status;
	return true;
}

/* --- goroutine headers ------------------------------------------------------------------------ */

/* "chan send, 2 minutes, locked to thread" between the brackets. */
static void read_state(struct knot_gostack_g *g, struct knot_span inside)
{
	struct knot_span part = inside;
	struct knot_span rest = inside;
	if (!knot_span_take_until(&rest, ',', &part))
		rest.len = 0;
	(void)knot_span_cut(&part, " (scan)");
	g->leaked = knot_span_cut(&part, " (leaked)");
	g->state = shown(part);
	while (rest.len) {
		uint64_t minutes;
		if (!knot_span_take_until(&rest, ',', &part)) {
			part = rest;
			rest.len = 0;
		}
		part = knot_span_trim(part);
		if (knot_span_eq(part, "locked to thread"))
			g->locked = true;
		else if (knot_span_take_u64(&part, UINT32_MAX, &minutes) &&
			knot_span_eq(part, " minutes"))
			g->wait_minutes = (uint32_t)minutes;
	}
}

/* "goroutine 7 [chan send]:", with pointers before the bracket under GOTRACEBACK=system and labels
 * after it in newer releases. The colon tells it from text that only speaks of a goroutine. */
static bool take_header(struct parser *p, struct knot_span line)
{
	struct knot_span head;
	struct knot_span inside;
	uint64_t id;
	if (!knot_span_skip(&line, "goroutine ") || !knot_span_take_u64(&line, UINT64_MAX, &id) ||
		!knot_span_has_prefix(line, " ") || !knot_span_cut(&line, ":") ||
		!knot_span_take_until(&line, '[', &head) ||
		!knot_span_take_until(&line, ']', &inside))
		return false;

	p->g = NULL;
	p->frame = NULL;
	if (p->out->kind != KNOT_GOSTACK_NONE && p->out->kind != KNOT_GOSTACK_RACE)
		p->dump_seen = true;
	if (p->out->goroutines.len >= KNOT_GOSTACK_MAX_GOROUTINES) {
		p->out->lost++;
		return true;
	}
	knot_vec_push(&p->out->goroutines, (struct knot_gostack_g){.id = id});
	p->g = &p->out->goroutines.data[p->out->goroutines.len - 1];
	read_state(p->g, inside);
	return true;
}

/* --- frames ----------------------------------------------------------------------------------- */

/* "main.(*T).run(0xc000, {0x1, 0x2})" without its arguments: the bracket that closes the line and the
 * one that opens it. */
static struct knot_span without_arguments(struct knot_span call)
{
	if (!knot_span_has_suffix(call, ")"))
		return call;
	size_t depth = 0;
	for (size_t i = call.len; i-- > 0;) {
		if (call.data[i] == ')')
			depth++;
		else if (call.data[i] == '(' && --depth == 0)
			return knot_span_of(call.data, i);
	}
	return call;
}

/* "\t/src/a.go:26 +0x1d" */
static bool take_position(struct parser *p, struct knot_span line)
{
	if (!p->frame || !knot_span_skip(&line, "\t"))
		return false;
	struct knot_span path = line;
	(void)before(line, " +0x", &path);
	size_t colon = knot_span_find_last(path, ':');
	struct knot_span file;
	uint64_t number;
	if (colon != SIZE_MAX && knot_span_take(&path, colon, &file) &&
		knot_span_skip(&path, ":") && knot_span_take_u64(&path, UINT32_MAX, &number)) {
		replace(&p->frame->file, file);
		p->frame->line = (uint32_t)number;
	}
	p->frame = NULL;
	return true;
}

static void take_creator(struct parser *p, struct knot_span line)
{
	struct knot_span name = line;
	if (p->g->created) /* a forged second line must not leak the first */
		return;
	if (before(line, " in goroutine ", &name)) {
		struct knot_span rest = line;
		struct knot_span skipped;
		uint64_t id;
		if (knot_span_take(&rest, name.len, &skipped) &&
			knot_span_skip(&rest, " in goroutine ") &&
			knot_span_take_u64(&rest, UINT64_MAX, &id))
			p->g->creator_id = id;
	}
	p->g->created = true;
	p->g->creator =
		(struct knot_gostack_frame){.func = shown(name), .file = shown(knot_span_str(""))};
	p->frame = &p->g->creator;
}

static void take_frame(struct parser *p, struct knot_span line)
{
	p->frame = NULL;
	if (knot_span_skip(&line, "created by ")) {
		take_creator(p, line);
		return;
	}
	/* "...additional frames elided..." and notes such as "goroutine running on other thread" */
	if (knot_span_has_prefix(line, "...") || knot_span_has_prefix(line, "\t") ||
		!knot_span_has_suffix(line, ")"))
		return;
	if (p->g->frames.len >= KNOT_GOSTACK_MAX_FRAMES ||
		p->frames >= KNOT_GOSTACK_MAX_FRAMES_TOTAL) {
		p->out->lost++;
		return;
	}
	p->frames++;
	knot_vec_push(&p->g->frames, (struct knot_gostack_frame){.line = 0});
	p->frame = &p->g->frames.data[p->g->frames.len - 1];
	p->frame->func = shown(without_arguments(line));
	p->frame->file = shown(knot_span_str(""));
}

void knot_gostack_parse(struct knot_span output, struct knot_gostack *ret_stack)
{
	*ret_stack = (struct knot_gostack){.exit_status = -1};
	ret_stack->message = shown(knot_span_str(""));
	ret_stack->detail = shown(knot_span_str(""));
	struct parser p = {.out = ret_stack};
	struct knot_span line;
	while (knot_span_take_line(&output, &line)) {
		(void)knot_span_cut(&line, "\r");
		if (take_header(&p, line))
			continue;
		if (take_position(&p, line) || take_message_rest(&p, line))
			continue;
		if (line.len == 0) {
			p.g = NULL;
			p.frame = NULL;
			continue;
		}
		if (take_exit_status(&p, line) || take_message(&p, line)) {
			p.g = NULL;
			p.frame = NULL;
			continue;
		}
		if (p.g)
			take_frame(&p, line);
	}
	ret_stack->confirmed = p.dump_seen;
}

static void free_frame(struct knot_gostack_frame *f)
{
	free(f->func);
	free(f->file);
}

void knot_gostack_free(struct knot_gostack *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->goroutines.len; i++) {
		struct knot_gostack_g *g = &s->goroutines.data[i];
		for (size_t k = 0; k < g->frames.len; k++)
			free_frame(&g->frames.data[k]);
		knot_vec_free(&g->frames);
		free_frame(&g->creator);
		free(g->state);
	}
	knot_vec_free(&s->goroutines);
	free(s->message);
	free(s->detail);
	*s = (struct knot_gostack){.exit_status = -1};
}

const char *knot_gostack_kind_name(enum knot_gostack_kind kind)
{
	static const char *const names[] = {
		[KNOT_GOSTACK_NONE] = "none",
		[KNOT_GOSTACK_PANIC] = "panic",
		[KNOT_GOSTACK_FATAL] = "fatal error",
		[KNOT_GOSTACK_DEADLOCK] = "deadlock",
		[KNOT_GOSTACK_TIMEOUT] = "timeout",
		[KNOT_GOSTACK_SIGNAL] = "signal",
		[KNOT_GOSTACK_RACE] = "data race",
	};
	return names[kind];
}

/* --- the shim's frames ----------------------------------------------------------------------- */

/* Of a package that the shim adds to. */
static bool may_be_shims(struct knot_span func)
{
	static const char *const packages[] = {
		"runtime.", "sync.", "structs.", "testing.", "os.", "os/signal.", "internal/"};

	for (size_t i = 0; i < sizeof(packages) / sizeof(*packages); i++)
		if (knot_span_has_prefix(func, packages[i]))
			return true;
	return false;
}

/* "\t/usr/local/go/src/sync/knot.go:63 +0x52" */
static bool is_in_shim(struct knot_span position)
{
	size_t slash = knot_span_find_last(position, '/');

	if (slash == SIZE_MAX)
		return false;
	return knot_span_has_prefix(
		knot_span_of(position.data + slash, position.len - slash), "/knot");
}

/* A method that the overlay has renamed gets its name back. */
static void add_line(struct knot_text *t, struct knot_span line)
{
	struct knot_span func = line;
	struct knot_span head;

	(void)knot_span_skip(&func, "created by ");
	if (may_be_shims(func) && before(line, ".knotOrig", &head)) {
		knot_text_add(t, head.data, head.len + 1);
		(void)knot_span_take(&line, head.len + strlen(".knotOrig"), &head);
	}
	knot_text_add(t, line.data, line.len);
	knot_text_adds(t, "\n");
}

char *knot_gostack_plain(struct knot_span dump)
{
	struct knot_text t = {0};
	struct knot_span line;
	size_t from = 0; /* of the goroutine */
	bool skipped = false;

	while (knot_span_take_line(&dump, &line)) {
		struct knot_span rest = dump;
		struct knot_span next = {0};
		const bool position =
			knot_span_take_line(&rest, &next) && knot_span_has_prefix(next, "\t");

		if (skipped) {
			skipped = line.len > 0;
			continue;
		}
		if (knot_span_has_prefix(line, "goroutine "))
			from = t.len;
		if (knot_span_has_prefix(line, "runtime.knotReporter(")) {
			t.len = from;
			skipped = true;
		} else if (position && may_be_shims(line) && is_in_shim(next)) {
			dump = rest;
		} else {
			add_line(&t, line);
		}
	}
	knot_text_adds(&t, "");
	return knot_text_steal(&t);
}
