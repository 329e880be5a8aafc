// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package twophase

// records are written about a cancelled attempt.
const records = 9
