// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package hazard

// batch is how many old configurations are cleared at once.
const batch = 6
