// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package singleflight

const replicas = 0
