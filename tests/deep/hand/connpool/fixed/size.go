// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package connpool

// packets are sent by a request.
const packets = 1

// counters are written when the pool closes.
var counters = []string{"closed", "open", "idle", "sent", "received", "retried", "broken",
	"dialled again", "refused", "expired", "flushed", "reset"}
