/* SPDX-License-Identifier: BSD-2-Clause */
/* plot_data: points in the order of time, and none that no line stands for. */
#include "base/alloc.h"
#include "wire/plot.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_plot p;

	knot_plot_decode(knot_span_of(data, size), &p);
	knot_assert((p.points.len + p.broken) <= size);
	knot_plot_thin(&p, 16);
	knot_assert(p.points.len <= 16);
	for (size_t i = 1; i < p.points.len; i++)
		knot_assert(p.points.data[i - 1].seconds <= p.points.data[i].seconds);
	knot_plot_free(&p);
	return 0;
}
