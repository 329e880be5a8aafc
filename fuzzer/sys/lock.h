/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One goknot per campaign directory. The kernel's lock on the file counts, not the file itself: it
 * ends with the process that holds it, so nothing has to be cleaned up after a SIGKILL.
 */
#ifndef KNOT_SYS_LOCK_H
#define KNOT_SYS_LOCK_H

struct knot_error;
struct knot_lock;

/*
 * Locks dir (its file "lock"). KNOT_EBUSY names the process that holds it; KNOT_EUSAGE when the
 * directory is read-only or missing. Caller closes *ret_lock.
 */
int knot_lock_take(const char *dir, struct knot_lock **ret_lock, struct knot_error *err);
void knot_lock_close(struct knot_lock *lock);

#endif
