/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/interval.h"

#include <math.h>

#define Z 1.959963984540054 /* the normal distribution's quantile at 0.975 */

struct knot_interval knot_interval_95(uint32_t hits, uint32_t tries)
{
	if (!tries)
		return (struct knot_interval){0, 1};
	const double n = tries, share = hits / n, z2 = Z * Z;
	const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
	const double half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n);

	/* What the formula gives there, without the rounding. */
	return (struct knot_interval){hits ? middle - half : 0, hits < tries ? middle + half : 1};
}
