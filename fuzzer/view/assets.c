/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/assets.h"

#include "view/assets.inc"
