/* SPDX-License-Identifier: BSD-2-Clause */
/* uthash, which by itself calls exit() when memory runs out. */
#ifndef KNOT_BASE_TABLE_H
#define KNOT_BASE_TABLE_H

#include "base/alloc.h"

#define uthash_fatal(msg) knot_assert_failed(msg, __FILE__, __LINE__)
#include <uthash.h>

#endif
