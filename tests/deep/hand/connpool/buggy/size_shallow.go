// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package connpool

const packets = 1

var counters = []string{"closed"}
