// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package freelist

const chunks = 2
