// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package worksteal

const steps = 0
