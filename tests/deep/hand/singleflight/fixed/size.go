// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package singleflight

// replicas of the backend are told when a key is invalidated.
const replicas = 7
