/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/sources.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/vec.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_MAX_BYTES (16u << 20)
#define LINE_MAX_VALUE 100000000u

struct site {
	char *path;
	uint32_t line;
};

struct knot_sources {
	KNOT_VEC(struct site) sites;
	const char *dir;
	struct knot_span texts[2];
};

/* "queue.go" and 17, somewhere in a text. */
struct position {
	const char *file;
	size_t len;
	uint32_t line;
};

struct knot_sources *knot_sources_new(void)
{
	return knot_xalloc(sizeof(struct knot_sources));
}

void knot_sources_free(struct knot_sources *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->sites.len; i++) {
		free(p->sites.data[i].path);
	}
	knot_vec_free(&p->sites);
	free(p);
}

void knot_sources_add(struct knot_sources *p, const char *path, uint32_t line)
{
	knot_vec_push(&p->sites, ((struct site){.path = knot_xstrdup(path), .line = line}));
}

void knot_sources_about(struct knot_sources *p, const char *package_dir, struct knot_span output,
	struct knot_span dump)
{
	p->dir = package_dir;
	p->texts[0] = output;
	p->texts[1] = dump;
}

/* Digits behind "queue.go:"; their number is 0 when there is no line. */
static size_t take_line(const char *digits, size_t len, uint32_t *ret_line)
{
	uint32_t line = 0;
	size_t n = 0;

	for (; n < len && isdigit((unsigned char)digits[n]) && line < LINE_MAX_VALUE; n++)
		line = line * 10 + (uint32_t)(digits[n] - '0');
	*ret_line = line;
	return line ? n : 0;
}

/* The next position that stands for itself: with a '#' behind it, or a slash before, it is a step of a goroutine's path. */
static bool next_position(const char *text, size_t *at, struct position *ret)
{
	static const char mark[] = ".go:";
	const char *p = text + *at;

	while ((p = strstr(p, mark))) {
		const char *file = p, *digits = p + strlen(mark);
		const size_t n = take_line(digits, strlen(digits), &ret->line);

		while (file > text && !strchr(" \t(/", file[-1]))
			file--;
		p = digits + n;
		if (!n || *p == '#' || (file > text && file[-1] == '/'))
			continue;
		ret->file = file;
		ret->len = (size_t)(digits - 1 - file);
		*at = (size_t)(p - text);
		return true;
	}
	return false;
}

static bool is_base(const char *path, const struct position *at)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	return strlen(base) == at->len && !memcmp(base, at->file, at->len);
}

/* A frame of a stack: "\t/home/x/queue.go:17 +0x1d". */
static char *in_text(struct knot_span text, const struct position *at)
{
	knot_auto_free char *wanted = knot_xasprintf("/%.*s:%u", (int)at->len, at->file, at->line);
	const size_t len = strlen(wanted);
	const char *from = text.data;
	size_t left = text.len;

	for (const char *hit; left && (hit = memmem(from, left, wanted, len));) {
		const char *begin = hit, *end = hit + len;

		left -= (size_t)(end - from);
		from = end;
		if (left && isdigit((unsigned char)*end))
			continue;
		while (begin > text.data && !strchr("\t\n", begin[-1]))
			begin--;
		while (*begin == ' ')
			begin++;
		if (*begin == '/')
			return knot_xstrndup(begin, (size_t)(hit + 1 + at->len - begin));
	}
	return NULL;
}

/* Of several of that name the one in the package itself. */
static const struct site *site_of(const struct knot_sources *p, const struct position *at)
{
	const size_t dir = p->dir ? strlen(p->dir) : 0;
	const struct site *any = NULL;

	for (size_t i = 0; i < p->sites.len; i++) {
		const struct site *s = &p->sites.data[i];

		if (s->line != at->line || !is_base(s->path, at))
			continue;
		if (dir && !strncmp(s->path, p->dir, dir) && strrchr(s->path, '/') == s->path + dir)
			return s;
		any = any ? any : s;
	}
	return any;
}

static bool resolve(
	const struct knot_sources *p, const struct position *at, struct knot_source_line *ret_place)
{
	char *path = in_text(p->texts[0], at);
	const struct site *site;

	if (!path)
		path = in_text(p->texts[1], at);
	if (!path && (site = site_of(p, at)))
		path = knot_xstrdup(site->path);
	if (!path && p->dir) {
		path = knot_xasprintf("%s/%.*s", p->dir, (int)at->len, at->file);
		if (!knot_file_exists(path))
			free(knot_steal(&path));
	}
	if (!path)
		return false;
	*ret_place = (struct knot_source_line){.path = path, .line = at->line};
	return true;
}

bool knot_sources_find(const struct knot_sources *p, const char *text, size_t *at,
	struct knot_source_line *ret_place)
{
	struct position pos;

	while (next_position(text, at, &pos))
		if (resolve(p, &pos, ret_place))
			return true;
	return false;
}

/* 0 = it is not declared in that file. */
static uint32_t declared_in(const char *path, const char *head)
{
	knot_auto_free char *text = NULL;
	struct knot_span left, line;
	size_t len;

	if (knot_file_read(path, SOURCE_MAX_BYTES, &text, &len, NULL))
		return 0;
	left = knot_span_of(text, len);
	for (uint32_t n = 1; knot_span_take_line(&left, &line); n++)
		if (line.len > strlen(head) && !memcmp(line.data, head, strlen(head)))
			return n;
	return 0;
}

bool knot_sources_declared(
	const struct knot_sources *p, const char *function, struct knot_source_line *ret_place)
{
	/* Behind a slash stands a subtest. */
	knot_auto_free char *head =
		knot_xasprintf("func %.*s(", (int)strcspn(function, "/ "), function);
	const bool program = !strcmp(function, "main");
	DIR *dir = p->dir ? opendir(p->dir) : NULL;
	bool found = false;

	for (struct dirent *e; dir && !found && (e = readdir(dir));) {
		const size_t len = strlen(e->d_name);
		const char *end = program ? ".go" : "_test.go";

		if (len <= strlen(end) || strcmp(e->d_name + len - strlen(end), end) != 0)
			continue;
		knot_auto_free char *path = knot_xasprintf("%s/%s", p->dir, e->d_name);
		const uint32_t line = declared_in(path, head);

		found = line != 0;
		if (found)
			*ret_place =
				(struct knot_source_line){.path = knot_steal(&path), .line = line};
	}
	if (dir)
		closedir(dir);
	return found;
}

char *knot_sources_root(const char *dir)
{
	knot_auto_free char *at = knot_xstrdup(dir);

	for (char *slash;;) {
		knot_auto_free char *git = knot_xasprintf("%s/.git", at);

		if (knot_file_exists(git))
			return knot_steal(&at);
		slash = strrchr(at, '/');
		if (!slash)
			return knot_xstrdup(dir);
		*slash = 0;
	}
}
