/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/tree.h"

#include "base/error.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static char outside[64];

static void in_dir(char *path, const char *name)
{
	snprintf(path, 256, "%s/%s", dir, name);
}

/* Also the modes that targets leave behind; run as an ordinary user, whom they stop. */
static int build_and_remove(void)
{
	char path[256];
	if (geteuid() == 0 && setuid(65534) < 0)
		return 2;
	strcpy(dir, "/tmp/knot-tree-XXXXXX");
	if (!mkdtemp(dir))
		return 3;
	for (int depth = 0; depth < 3; depth++) {
		static const char *const names[] = {"a", "a/b", "a/b/c"};
		in_dir(path, names[depth]);
		mkdir(path, 0700);
	}
	in_dir(path, "a/b/c/file");
	close(open(path, O_CREAT | O_WRONLY, 0000));
	in_dir(path, "a/link");
	if (symlink(outside, path) < 0)
		return 4;
	in_dir(path, "a/b/c");
	chmod(path, 0500);
	in_dir(path, "a/b");
	chmod(path, 0000);
	if (knot_tree_remove(dir, NULL) != 0 || access(dir, F_OK) == 0)
		return 5;
	return 0;
}

Test(tree, removes_whatever_a_target_left_and_follows_no_link)
{
	char path[256];
	strcpy(outside, "/tmp/knot-tree-XXXXXX");
	cr_assert_not_null(mkdtemp(outside));
	chmod(outside, 0777);
	snprintf(path, sizeof(path), "%s/precious", outside);
	close(open(path, O_CREAT | O_WRONLY, 0666));
	const pid_t pid = fork();
	if (pid == 0)
		_exit(build_and_remove());
	int status;
	waitpid(pid, &status, 0);
	cr_assert_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
	cr_assert_eq(access(path, F_OK), 0);
	cr_assert_eq(knot_tree_remove(outside, NULL), 0);
	cr_assert_eq(knot_tree_remove(outside, NULL), 0, "a missing tree is fine");
}

Test(tree, what_a_tree_takes)
{
	char top[] = "/tmp/knot-tree-XXXXXX", path[256];
	static char block[100000];

	cr_assert(mkdtemp(top));
	const uint64_t empty = knot_tree_bytes(top);

	snprintf(path, sizeof(path), "%s/sub", top);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/sub/file", top);
	const int fd = open(path, O_CREAT | O_WRONLY, 0600);

	cr_assert_eq(write(fd, block, sizeof(block)), (ssize_t)sizeof(block));
	fsync(fd);
	close(fd);
	/* A link to what is outside counts for itself. */
	snprintf(path, sizeof(path), "%s/link", top);
	cr_assert_eq(symlink("/usr", path), 0);
	const uint64_t full = knot_tree_bytes(top);

	cr_expect_geq(full, empty + sizeof(block));
	cr_expect_leq(full, empty + sizeof(block) + 65536);
	snprintf(path, sizeof(path), "%s/nothing", top);
	cr_expect_eq(knot_tree_bytes(path), 0);
	cr_expect_gt(knot_tree_free_bytes(top), 0);
	cr_expect_eq(knot_tree_free_bytes(path), UINT64_MAX);
	knot_tree_remove(top, NULL);
}
