// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package hazard

const batch = 2
