/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing array of values: struct { T *data; size_t len, cap; }.
 * knot_vec_free leaves it empty and usable.
 */
#ifndef KNOT_BASE_VEC_H
#define KNOT_BASE_VEC_H

#include "base/alloc.h"

#include <stdlib.h>

#define KNOT_VEC(T) \
	struct { \
		T *data; \
		size_t len, cap; \
	}

#define knot_vec_reserve(v, n) \
	do { \
		if ((n) > (v)->cap) { \
			size_t knot_c_ = (v)->cap ? (v)->cap : 8; \
			while (knot_c_ < (n)) \
				knot_c_ *= 2; \
			(v)->data = knot_xreallocarray((v)->data, knot_c_, sizeof(*(v)->data)); \
			(v)->cap = knot_c_; \
		} \
	} while (0)

#define knot_vec_push(v, x) \
	do { \
		knot_vec_reserve((v), (v)->len + 1); \
		(v)->data[(v)->len++] = (x); \
	} while (0)

#define knot_vec_free(v) \
	do { \
		free((v)->data); \
		(v)->data = NULL; \
		(v)->len = (v)->cap = 0; \
	} while (0)

#endif
