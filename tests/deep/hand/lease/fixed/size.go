// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package lease

// lines are written to the journal by an expiry.
const lines = 10
