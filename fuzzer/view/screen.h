/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The status screen of goknot fuzz on a terminal: draws the page of view/overview.h and reads keys. One at a
 * time, since a terminal is one.
 *
 * Keys: q ends the campaign as Ctrl-C does, s sorts the tests by something else, the arrows and page keys scroll
 * them.
 */
#ifndef KNOT_VIEW_SCREEN_H
#define KNOT_VIEW_SCREEN_H

#include <stdbool.h>

struct knot_overview;
struct knot_screen;

/*
 * Standard output is a terminal that can show a screen, and goknot is in its foreground. TERM=dumb and a missing
 * terminal description say no.
 */
bool knot_screen_possible(void);

/* NULL when the terminal does not take it. knot_screen_close gives the terminal back. */
struct knot_screen *knot_screen_open(void);
/* Accepts NULL. */
void knot_screen_close(struct knot_screen *s);

/* A line for the list of messages; text is copied and must be escaped. Drawn with the next draw. */
void knot_screen_say(struct knot_screen *s, const char *text);
/* Takes the keys that were pressed, then draws. False when q was among them. */
bool knot_screen_draw(struct knot_screen *s, const struct knot_overview *o);

#endif
