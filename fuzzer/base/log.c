/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

/* The one piece of process-wide state besides the signal flag: set once by main, read everywhere. */
static struct {
	enum knot_log_level level;
	const char *domains;
	int fd;
} current = {.fd = STDERR_FILENO};

void knot_log_open(enum knot_log_level level, const char *domains, int fd)
{
	current.level = level;
	current.domains = domains;
	current.fd = fd;
}

static bool in_list(const char *list, const char *word)
{
	size_t len = strlen(word);
	while (*list) {
		size_t n = strcspn(list, ",");
		if (n == len && memcmp(list, word, n) == 0)
			return true;
		list += n;
		list += *list == ',';
	}
	return false;
}

bool knot_log_enabled(enum knot_log_level level, const char *domain)
{
	if (level == KNOT_LOG_NONE || level > current.level)
		return false;
	return !current.domains || !*current.domains || in_list(current.domains, domain);
}

void knot_log(enum knot_log_level level, const char *domain, const char *fmt, ...)
{
	if (!knot_log_enabled(level, domain))
		return;

	int saved = errno;
	char line[LINE_MAX_BYTES];
	size_t room = sizeof(line) - 1; /* the newline */
	size_t len = (size_t)snprintf(line, room, "goknot: %s: ", domain);
	if (len > room - 1)
		len = room - 1;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(line + len, room - len, fmt, ap);
	va_end(ap);
	if (n > 0)
		len += (size_t)n < room - len ? (size_t)n : room - len - 1;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	/* A log that cannot be written is no reason to fail. */
	ssize_t written = write(current.fd, line, len);
	(void)written;
	errno = saved;
}
