/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define READ_CHUNK_BYTES 65536

static int fail(struct knot_error *err, const char *verb, const char *path)
{
	int saved = errno;
	int code = knot_error_sys(err, "cannot %s %s", verb, path);
	switch (saved) {
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:
	case ENAMETOOLONG:
		code = KNOT_EUSAGE;
		break;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		code = KNOT_EFULL;
		break;
	default:
		break;
	}
	if (err)
		err->code = code;
	return code;
}

int knot_file_read(const char *path, size_t limit_bytes, char **ret_data, size_t *ret_len,
	struct knot_error *err)
{
	knot_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, "open", path);

	/* The size that stat gives is not trusted: a pipe has none and a file may grow. */
	knot_auto_free char *data = NULL;
	size_t len = 0;
	size_t cap = 0;
	for (;;) {
		if (cap - len < READ_CHUNK_BYTES + 1) {
			cap = cap ? cap * 2 : 2 * (size_t)READ_CHUNK_BYTES;
			data = knot_xrealloc(data, cap);
		}
		ssize_t n = read(fd, data + len, READ_CHUNK_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, "read", path);
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > limit_bytes)
			return knot_error_set(
				err, KNOT_EINPUT, "%s is larger than %zu bytes", path, limit_bytes);
	}
	data[len] = 0;
	*ret_data = knot_steal(&data);
	*ret_len = len;
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The rename itself is durable only once the directory is. */
static int sync_parent(const char *path)
{
	knot_auto_free char *dir = knot_xstrdup(path);
	char *slash = strrchr(dir, '/');
	if (slash == dir)
		slash[1] = 0;
	else if (slash)
		*slash = 0;
	knot_auto_close int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* Some file systems cannot sync a directory; the file itself is safe there already. */
	return fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
}

static int replace(
	const char *path, const void *data, size_t len, bool durable, struct knot_error *err)
{
	knot_auto_free char *temp = knot_xasprintf("%s.tmpXXXXXX", path);
	knot_auto_close int fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return fail(err, "create", path);

	if (write_all(fd, data, len) == 0 && fchmod(fd, 0644) == 0 &&
		(!durable || fsync(fd) == 0) && rename(temp, path) == 0) {
		return !durable || sync_parent(path) == 0
			? 0
			: fail(err, "sync the directory of", path);
	}
	int saved = errno;
	unlink(temp);
	errno = saved;
	return fail(err, "write", path);
}

int knot_file_write(const char *path, const void *data, size_t len, struct knot_error *err)
{
	return replace(path, data, len, true, err);
}

int knot_file_write_to(const char *path, const void *data, size_t len, struct knot_error *err)
{
	struct stat st;

	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return knot_file_write(path, data, len, err);
	FILE *out = fopen(path, "we");

	if (!out)
		return fail(err, "open", path);
	const bool whole = fwrite(data, 1, len, out) == len;

	return fclose(out) || !whole ? fail(err, "write", path) : 0;
}

int knot_file_replace(const char *path, const void *data, size_t len, struct knot_error *err)
{
	return replace(path, data, len, false, err);
}

int knot_file_mkdirs(const char *path, mode_t mode, struct knot_error *err)
{
	knot_auto_free char *partial = knot_xstrdup(path);
	for (char *p = partial; *p; p++) {
		if (*p != '/' || p == partial)
			continue;
		*p = 0;
		if (mkdir(partial, mode) < 0 && errno != EEXIST && !knot_file_exists(partial))
			return fail(err, "make directory", partial);
		*p = '/';
	}
	if (mkdir(path, mode) == 0)
		return 0;
	struct stat st;
	if (errno == EEXIST && stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		errno = ENOTDIR;
	}
	return fail(err, "make directory", path);
}

int knot_file_link(const char *target, const char *path, struct knot_error *err)
{
	knot_auto_free char *tmp = knot_xasprintf("%s.tmp", path);

	unlink(tmp);
	if (symlink(target, tmp) < 0 || rename(tmp, path) < 0)
		return fail(err, "link", path);
	return 0;
}

bool knot_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

char *knot_file_above(const char *dir, const char *name)
{
	knot_auto_free char *at = knot_xstrdup(dir);

	for (char *slash; *at; *slash = '\0') {
		knot_auto_free char *file = knot_xasprintf("%s/%s", at, name);

		if (knot_file_exists(file))
			return knot_steal(&at);
		slash = strrchr(at, '/');
		if (!slash)
			break;
	}
	return NULL;
}

char *knot_file_relative(const char *dir, const char *path)
{
	size_t same = 0, i = 0;

	dir = strcmp(dir, "/") ? dir : "";
	path = strcmp(path, "/") ? path : "";
	for (; dir[i] && dir[i] == path[i]; i++)
		if (dir[i] == '/')
			same = i;
	if ((!dir[i] || dir[i] == '/') && (!path[i] || path[i] == '/'))
		same = i;
	knot_auto_free char *up = knot_xstrdup("");

	for (const char *c = dir + same; *c; c++) {
		if (*c != '/')
			continue;
		char *more = knot_xasprintf("%s../", up);

		free(up);
		up = more;
	}
	const char *down = path + same + (path[same] == '/');

	if (!*down && !*up)
		return knot_xstrdup(".");
	char *all = knot_xasprintf("%s%s", up, down);
	const size_t len = strlen(all);

	if (all[len - 1] == '/')
		all[len - 1] = '\0';
	return all;
}
