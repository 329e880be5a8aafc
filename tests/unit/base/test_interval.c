/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/interval.h"

#include <criterion/criterion.h>
#include <math.h>

static void is(uint32_t hits, uint32_t tries, double low, double high)
{
	const struct knot_interval i = knot_interval_95(hits, tries);

	cr_expect(fabs(i.low - low) < 0.0005 && fabs(i.high - high) < 0.0005,
		"%u of %u: %f to %f, not %f to %f", hits, tries, i.low, i.high, low, high);
}

/* Against the values of R's binom::binom.confint(method = "wilson"). */
Test(interval, is_wilsons)
{
	is(0, 0, 0, 1);
	is(0, 10, 0, 0.2775);
	is(10, 10, 0.7225, 1);
	is(5, 10, 0.2366, 0.7634);
	is(1, 48, 0.0037, 0.1090);
	is(46, 48, 0.8602, 0.9885);
}
