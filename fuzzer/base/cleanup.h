/* SPDX-License-Identifier: BSD-2-Clause */
/* Scope cleanup: resources are freed by scope and handed over with knot_steal / knot_steal_fd. */
#ifndef KNOT_BASE_CLEANUP_H
#define KNOT_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void knot_cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void knot_cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void knot_cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define knot_auto_free __attribute__((cleanup(knot_cleanup_free)))
#define knot_auto_close __attribute__((cleanup(knot_cleanup_close)))
#define knot_auto_fclose __attribute__((cleanup(knot_cleanup_fclose)))

/* Takes the pointer out of its variable, so that scope cleanup does not free it. */
#define knot_steal(pp) \
	({ \
		__auto_type knot_p_ = *(pp); \
		*(pp) = NULL; \
		knot_p_; \
	})

static inline int knot_steal_fd(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

#endif
