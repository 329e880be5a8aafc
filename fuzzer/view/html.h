/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a report. Private to view/. */
#ifndef KNOT_VIEW_HTML_H
#define KNOT_VIEW_HTML_H

#include <stddef.h>
#include <stdint.h>

struct knot_picture;
struct knot_report_finding;
struct knot_text;

/* A finding; number: from 1, its place in the report. */
void knot_html_finding(const struct knot_report_finding *f, size_t number, struct knot_text *out);
/* What the page's script draws of a timeline, as JSON within a script element of type application/json. */
void knot_html_data(const struct knot_picture *p, size_t number, struct knot_text *out);
/* Its title without the verdict, which stands before it. */
const char *knot_html_title(const struct knot_report_finding *f);
/* The class of the badge with its verdict: one that is open alarms. */
const char *knot_html_badge(const struct knot_report_finding *f);
/* Unix time as 2026-11-22 09:41 UTC. */
void knot_html_time(uint64_t wall_ns, struct knot_text *out);

#endif
