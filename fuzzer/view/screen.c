/* SPDX-License-Identifier: BSD-2-Clause */
#define NCURSES_WIDECHAR 1
#include "view/screen.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "view/overview.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGES_KEPT 200
#define ALARM_PAIR 1
#define KEYS "q quit  s sort  up/down scroll"

struct knot_screen {
	SCREEN *terminal;
	bool colors;
	enum knot_overview_sort sort;
	size_t first; /* test on top */
	size_t page; /* tests that a page key moves by */
	KNOT_VEC(char *) messages;
};

bool knot_screen_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0 &&
		tcgetpgrp(STDOUT_FILENO) == getpgrp();
}

/* See no-color.org. */
static bool wants_colors(void)
{
	const char *no = getenv("NO_COLOR");

	return !no || !*no;
}

struct knot_screen *knot_screen_open(void)
{
	struct knot_screen *s = knot_xalloc(sizeof(*s));

	/* The numbers keep their points: of the locale only the character set is taken. */
	setlocale(LC_CTYPE, "");
	s->terminal = newterm(NULL, stdout, stdin);
	if (!s->terminal) {
		free(s);
		return NULL;
	}
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	if (wants_colors() && has_colors() && start_color() == OK) {
		use_default_colors();
		s->colors = init_pair(ALARM_PAIR, COLOR_RED, -1) == OK;
	}
	return s;
}

void knot_screen_close(struct knot_screen *s)
{
	if (!s)
		return;
	endwin();
	delscreen(s->terminal);
	for (size_t i = 0; i < s->messages.len; i++)
		free(s->messages.data[i]);
	knot_vec_free(&s->messages);
	free(s);
}

void knot_screen_say(struct knot_screen *s, const char *text)
{
	if (s->messages.len == MESSAGES_KEPT) {
		free(s->messages.data[0]);
		memmove(s->messages.data, s->messages.data + 1,
			(MESSAGES_KEPT - 1) * sizeof(*s->messages.data));
		s->messages.len--;
	}
	knot_vec_push(&s->messages, knot_xstrdup(text));
}

static void scroll_by(struct knot_screen *s, const struct knot_overview *o, ssize_t n)
{
	const ssize_t last = (ssize_t)o->targets_len - 1;
	ssize_t to = (ssize_t)s->first + n;

	to = to > last ? last : to;
	s->first = to < 0 ? 0 : (size_t)to;
}

/* False = quit. */
static bool take_keys(struct knot_screen *s, const struct knot_overview *o)
{
	int key;

	/* A process in the background that reads from its terminal is stopped. */
	if (!isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp())
		return true;
	while ((key = getch()) != ERR) {
		switch (key) {
		case 'q':
		case 'Q':
			return false;
		case 's':
			s->sort = (s->sort + 1) % KNOT_OVERVIEW_SORTS;
			s->first = 0;
			break;
		case KEY_UP:
			scroll_by(s, o, -1);
			break;
		case KEY_DOWN:
			scroll_by(s, o, 1);
			break;
		case KEY_PPAGE:
			scroll_by(s, o, -(ssize_t)s->page);
			break;
		case KEY_NPAGE:
			scroll_by(s, o, (ssize_t)s->page);
			break;
		case KEY_HOME:
			s->first = 0;
			break;
		default:
			break;
		}
	}
	return true;
}

static attr_t attributes(const struct knot_screen *s, enum knot_overview_style style)
{
	switch (style) {
	case KNOT_STYLE_TITLE:
		return A_REVERSE;
	case KNOT_STYLE_HEADING:
		return A_BOLD;
	case KNOT_STYLE_ALARM:
		return s->colors ? A_BOLD | (attr_t)COLOR_PAIR(ALARM_PAIR) : A_BOLD;
	case KNOT_STYLE_DIM:
		return A_DIM;
	default:
		return A_NORMAL;
	}
}

bool knot_screen_draw(struct knot_screen *s, const struct knot_overview *o)
{
	struct knot_overview_lines lines = {0};
	const bool go_on = take_keys(s, o);
	int rows, cols;

	getmaxyx(stdscr, rows, cols);
	const struct knot_overview_shape shape = {
		.cols = cols > 0 ? (unsigned)cols : 0,
		.rows = rows > 0 ? (unsigned)rows : 1,
		.sort = s->sort,
		.first = s->first,
		.keys = KEYS,
		.messages = (const char *const *)s->messages.data,
		.messages_len = s->messages.len,
	};

	s->page = rows > 24 ? (size_t)rows / 2 : 5;
	knot_overview_layout(o, &shape, &lines);
	erase();
	for (size_t i = 0; i < lines.list.len; i++) {
		const attr_t a = attributes(s, lines.list.data[i].style);

		attrset(a);
		mvaddnstr((int)i, 0, lines.list.data[i].text, -1);
	}
	attrset(A_NORMAL);
	refresh();
	knot_overview_free(&lines);
	return go_on;
}
