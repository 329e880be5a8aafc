/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/explain.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/vec.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <stdlib.h>
#include <string.h>

/* How many lines each part may have; together with title, message, head of the table and the last line they are
   KNOT_EXPLAIN_LINES at most. ENDS is what the ends have at least: they get what goroutines and turns leave. */
#define COLUMNS 6
#define TURNS 8
#define ENDS 3
#define SOURCES 3
_Static_assert(2 + COLUMNS + 1 + TURNS + 1 + ENDS + SOURCES + 1 <= KNOT_EXPLAIN_LINES, "short");

/* What a goroutine does until another one goes on. */
struct turn {
	uint16_t g;
	uint32_t from, to; /* steps */
	size_t first, last; /* its first and last operation among the events; first > last: none */
	size_t block; /* where it blocks, SIZE_MAX = nowhere */
	size_t end; /* event behind it */
	size_t left; /* the departure that ends it, SIZE_MAX = none */
	bool blocks, ends;
	bool near; /* a departure ends it, or the one before it */
	bool shown;
};

typedef KNOT_VEC(struct turn) turns;

struct column {
	uint16_t g;
	char state; /* ' ' not there, '.' could run, '-' blocked */
};

struct explaining {
	const struct knot_explain_input *in;
	turns turns;
	struct column columns[COLUMNS];
	size_t columns_len, others; /* goroutines without a column */
	void (*line)(void *arg, const char *text);
	void *arg;
	size_t said; /* lines */
};

static void say_text(struct explaining *x, const char *text)
{
	x->line(x->arg, text);
	x->said++;
}

static void say(struct explaining *x, struct knot_text *t)
{
	say_text(x, t->data ? t->data : "");
	knot_text_free(t);
}

static void find_turns(struct explaining *x)
{
	const struct knot_run_view *run = x->in->run;
	struct turn *now = NULL;
	bool near = false;

	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->kind == KNOT_EV_STEP && (!now || now->g != e->g)) {
			knot_vec_push(&x->turns,
				((struct turn){.g = e->g,
					.from = e->step,
					.first = SIZE_MAX,
					.block = SIZE_MAX,
					.left = SIZE_MAX,
					.near = near}));
			now = &x->turns.data[x->turns.len - 1];
			near = false;
		}
		if (!now)
			continue;
		now->end = i + 1;
		if (e->kind == KNOT_EV_STEP) {
			now->to = e->step;
			now->blocks = false;
			now->block = SIZE_MAX;
			if (knot_run_is_operation(e->op)) {
				now->first = now->first == SIZE_MAX ? i : now->first;
				now->last = i;
			}
		} else if (e->kind == KNOT_EV_SWITCH) {
			now->left = i;
			now->near = near = true;
		} else if (e->g == now->g) {
			if (e->kind == KNOT_EV_BLOCK) {
				now->blocks = true;
				now->block = i;
			}
			now->ends |= e->kind == KNOT_EV_EXIT;
		}
	}
}

/* The last turns, those near a departure, the first; as many as there is room for. */
static void choose_turns(struct explaining *x)
{
	size_t room = TURNS;

	for (size_t k = 0; k < x->turns.len && k < 2; k++, room--)
		x->turns.data[x->turns.len - 1 - k].shown = true;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < x->turns.len && room; i++) {
			struct turn *t = &x->turns.data[i];

			if (t->shown || (!pass && !t->near))
				continue;
			t->shown = true;
			room--;
		}
}

static bool has_column(const struct explaining *x, uint16_t g)
{
	for (size_t i = 0; i < x->columns_len; i++)
		if (x->columns[i].g == g)
			return true;
	return false;
}

static void choose_columns(struct explaining *x)
{
	for (size_t i = 0; i < x->turns.len; i++) {
		const uint16_t g = x->turns.data[i].g;

		if (x->turns.data[i].shown && !has_column(x, g) && x->columns_len < COLUMNS)
			x->columns[x->columns_len++] = (struct column){.g = g, .state = ' '};
	}
	/* In the order in which they were created. */
	for (size_t i = 1; i < x->columns_len; i++)
		for (size_t k = i; k > 0 && x->columns[k - 1].g > x->columns[k].g; k--) {
			const struct column swap = x->columns[k];

			x->columns[k] = x->columns[k - 1];
			x->columns[k - 1] = swap;
		}
	x->others = x->in->run->gs_len > x->columns_len ? x->in->run->gs_len - x->columns_len : 0;
}

static void say_goroutines(struct explaining *x)
{
	const struct knot_run_view *run = x->in->run;

	for (size_t i = 0; i < x->columns_len; i++) {
		const uint16_t g = x->columns[i].g;
		struct knot_text t = {0};
		knot_auto_free char *path = knot_describe_path(run, g, x->in->names);

		knot_text_addf(&t, "G%-3u %s", g, path);
		if (g < run->gs_len && run->gs[g].site && run->gs[g].parent != KNOT_G_NONE) {
			knot_auto_free char *where =
				knot_describe_site(x->in->names, run->gs[g].site);

			knot_text_addf(&t, ", created at %s by G%u", where, run->gs[g].parent);
		} else if (strcmp(path, "T") == 0) {
			knot_text_adds(&t, ", the test itself");
		}
		if (i == x->columns_len - 1 && x->others)
			knot_text_addf(&t, "; and %zu more", x->others);
		say(x, &t);
	}
}

/* What becomes of the goroutines of the columns in the events of a turn. */
static void follow_states(struct explaining *x, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct knot_shm_event *e = &x->in->run->events[i];

		for (size_t k = 0; k < x->columns_len; k++) {
			struct column *c = &x->columns[k];

			if ((e->kind == KNOT_EV_SPAWN || e->kind == KNOT_EV_WAKE) && e->aux == c->g)
				c->state = '.';
			else if (e->g == c->g && e->kind == KNOT_EV_STEP)
				c->state = '.';
			else if (e->g == c->g && e->kind == KNOT_EV_BLOCK)
				c->state = '-';
			else if (e->g == c->g && e->kind == KNOT_EV_EXIT)
				c->state = ' ';
		}
	}
}

static void add_operation(const struct explaining *x, struct knot_text *t, size_t at)
{
	const struct knot_shm_event *e = &x->in->run->events[at];

	knot_describe_add_operation(t, e->op, e->site, x->in->names);
}

/* It blocks in something that is no step, as a sleep is none. */
static bool blocks_elsewhere(const struct explaining *x, const struct turn *turn)
{
	const struct knot_shm_event *events = x->in->run->events;

	if (!turn->blocks || !events[turn->block].site)
		return false;
	return turn->first == SIZE_MAX ? events[turn->block].op == KNOT_OP_SLEEP
				       : events[turn->block].site != events[turn->last].site;
}

static void add_turn(struct explaining *x, struct knot_text *t, const struct turn *turn)
{
	const struct knot_shm_event *events = x->in->run->events;

	if (turn->first == SIZE_MAX) {
		knot_text_adds(t, "goes on");
	} else {
		if (knot_run_is_behind_go(x->in->run, turn->first))
			knot_text_adds(t, "behind ");
		add_operation(x, t, turn->first);
		if (turn->last != turn->first) {
			knot_text_adds(t, " ... ");
			add_operation(x, t, turn->last);
		}
	}
	if (turn->ends)
		knot_text_adds(t, ", ends");
	else if (turn->blocks)
		knot_text_adds(t, ", blocks");
	if (!turn->ends && blocks_elsewhere(x, turn)) {
		knot_text_adds(t, " in ");
		add_operation(x, t, turn->block);
	}
	if (turn->left == SIZE_MAX || events[turn->left].op == KNOT_OP_NONE)
		return;
	const bool timer = (uint16_t)events[turn->left].aux == KNOT_G_NONE;

	knot_text_adds(t, timer ? "; a timer fires " : "; STOPPED ");
	knot_text_adds(t, events[turn->left].op == KNOT_OP_GO ? "behind " : "before ");
	add_operation(x, t, turn->left);
}

static void say_turns(struct explaining *x)
{
	struct knot_text head = {0};
	size_t left_out = 0, at = 0;

	knot_text_addf(&head, "%10s", "steps");
	for (size_t i = 0; i < x->columns_len; i++)
		knot_text_addf(&head, " G%-3u", x->columns[i].g);
	say(x, &head);
	for (size_t i = 0; i < x->turns.len; i++) {
		const struct turn *turn = &x->turns.data[i];
		struct knot_text t = {0};
		char steps[32];

		follow_states(x, at, turn->end);
		at = turn->end;
		if (!turn->shown) {
			left_out++;
			continue;
		}
		if (turn->from == turn->to)
			snprintf(steps, sizeof(steps), "%u", turn->from);
		else
			snprintf(steps, sizeof(steps), "%u-%u", turn->from, turn->to);
		knot_text_addf(&t, "%10s", steps);
		for (size_t k = 0; k < x->columns_len; k++)
			knot_text_addf(&t, " %c   ",
				x->columns[k].g == turn->g ? '*' : x->columns[k].state);
		if (!has_column(x, turn->g))
			knot_text_addf(&t, "G%u: ", turn->g);
		add_turn(x, &t, turn);
		if (left_out)
			knot_text_addf(&t, " (%zu left out before it)", left_out);
		left_out = 0;
		say(x, &t);
	}
}

static bool is_detail(const char *line)
{
	return *line == ' ';
}

/* Which of the ends to say when not all have room: who they are about, then the first detail of each, then the rest. */
static void choose_ends(const struct knot_explain_input *in, size_t room, bool *chosen)
{
	for (int pass = 0; pass < 3; pass++)
		for (size_t i = 0; i < in->ends_len && room; i++) {
			const bool detail = is_detail(in->ends[i]);
			const bool first = detail && i && !is_detail(in->ends[i - 1]);

			if (chosen[i] || (pass == 0 && detail) || (pass == 1 && !first))
				continue;
			chosen[i] = true;
			room--;
		}
}

static void say_ends(struct explaining *x)
{
	const struct knot_explain_input *in = x->in;
	const size_t room = KNOT_EXPLAIN_LINES - SOURCES - 1 - x->said;
	const size_t len = in->ends_len <= room ? in->ends_len : room - 1;
	bool *chosen = knot_xalloc((in->ends_len + 1) * sizeof(*chosen));

	choose_ends(in, len, chosen);
	for (size_t i = 0; i < in->ends_len; i++)
		if (chosen[i])
			say_text(x, in->ends[i]);
	free(chosen);
	if (len < in->ends_len) {
		struct knot_text t = {0};

		knot_text_addf(&t, "and %zu more line%s of that kind", in->ends_len - len,
			knot_text_s(in->ends_len - len));
		say(x, &t);
	}
}

/* Where somebody is stopped, and where the last to run end up. */
static void say_sources(struct explaining *x)
{
	const struct knot_run_view *run = x->in->run;
	uint32_t seen[SOURCES];
	size_t len = 0;

	if (!x->in->source)
		return;
	for (size_t i = 0; i < x->turns.len && len < SOURCES; i++) {
		const struct turn *turn = &x->turns.data[i];
		const size_t at = turn->left != SIZE_MAX && run->events[turn->left].op ? turn->left
			: blocks_elsewhere(x, turn)                                    ? turn->block
			: turn->blocks && turn->first != SIZE_MAX                      ? turn->last
										       : SIZE_MAX;
		bool known = at == SIZE_MAX || !turn->shown;

		for (size_t k = 0; k < len && !known; k++)
			known = seen[k] == run->events[at].site;
		const struct knot_site_name *name =
			known ? NULL : knot_names_site(x->in->names, run->events[at].site);

		if (!name || !name->path)
			continue;
		knot_auto_free char *source = x->in->source(x->in->arg, name->path, name->line);

		if (!source)
			continue;
		knot_auto_free char *where = knot_describe_site(x->in->names, run->events[at].site);
		struct knot_text t = {0};

		seen[len++] = run->events[at].site;
		knot_text_addf(&t, "%s: %s", where, source);
		say(x, &t);
	}
}

void knot_explain(
	const struct knot_explain_input *in, void (*line)(void *arg, const char *text), void *arg)
{
	struct explaining x = {.in = in, .line = line, .arg = arg};

	if (in->title)
		say_text(&x, in->title);
	if (in->message && *in->message)
		say_text(&x, in->message);
	find_turns(&x);
	if (x.turns.len) {
		choose_turns(&x);
		choose_columns(&x);
		say_goroutines(&x);
		say_turns(&x);
	}
	say_ends(&x);
	say_sources(&x);
	if (in->plain)
		say_text(&x, in->plain);
	knot_vec_free(&x.turns);
}
