/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnostics for whoever debugs goknot itself, off by default. Not for results: those go through
 * view/. Library code returns errors instead of logging them.
 *
 * A line is "goknot: <domain>: <text>", one write(2) each, control characters replaced.
 */
#ifndef KNOT_BASE_LOG_H
#define KNOT_BASE_LOG_H

#include <stdbool.h>

enum knot_log_level {
	KNOT_LOG_NONE = 0,
	KNOT_LOG_WARN = 1,
	KNOT_LOG_INFO = 2,
	KNOT_LOG_DEBUG = 3,
};

/* What is shown and where: lines of at most level whose domain is in domains ("engine,store"; NULL or
 * "" = all) go to fd. domains is borrowed until the next call. */
void knot_log_open(enum knot_log_level level, const char *domains, int fd);
bool knot_log_enabled(enum knot_log_level level, const char *domain);
void knot_log(enum knot_log_level level, const char *domain, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
