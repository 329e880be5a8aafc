// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package twophase

const records = 1
