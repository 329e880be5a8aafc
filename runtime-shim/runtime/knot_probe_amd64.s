// SPDX-License-Identifier: BSD-2-Clause

#include "textflag.h"

// Where the eBPF probe is attached: see fuzzer/wire/hook.h, which finds these bytes in the binary, and
// runtime-shim/probe/probe.h, which says what is in the registers.
//
// func knotProbeHook(session, request, run, cursor, word, sitePrim, aux, time uint64)
TEXT runtime·knotProbeHook<ABIInternal>(SB), NOSPLIT|NOFRAME, $0-64
	BYTE	$0x90 // nop: what kernels before 6.18 are given
	BYTE	$0x0f; BYTE $0x1f; BYTE $0x44; BYTE $0x00; BYTE $0x00 // nop of five bytes: 6.18 turns it into a call
	RET
	BYTE	$'g'; BYTE $'o'; BYTE $'k'; BYTE $'n'; BYTE $'o'; BYTE $'t'; BYTE $0x27; BYTE $'s'
	BYTE	$' '; BYTE $'p'; BYTE $'r'; BYTE $'o'; BYTE $'b'; BYTE $'e'; BYTE $' '; BYTE $'1'
