// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package lockchain

// more entries are loaded by each layer than by the one above it.
const more = 3
