// SPDX-License-Identifier: BSD-2-Clause

//go:build race

#include "go_asm.h"
#include "textflag.h"

// With -race the compiler calls these before each access to memory. The overlay gives the originals, which
// hand the access and its position (the return address) to the race detector, another name. While goknot
// looks at memory (knotMemOn), accesses outside the goroutine's own stack go through knot_mem.go. All ways
// out of here are jumps, so that the return address stays where both look for it.
//
// The address of a variable on the stack must not get there: it is a number to the Go function, which a
// stack that moves would leave behind.

TEXT runtime·raceread<ABIInternal>(SB), NOSPLIT, $0-8
	CMPB	runtime·knotMemOn(SB), $0
	JEQ	plain
	CMPQ	AX, (g_stack+stack_lo)(R14)
	JCS	look
	CMPQ	AX, (g_stack+stack_hi)(R14)
	JCS	plain
look:
	JMP	runtime·knotMemRead<ABIInternal>(SB)
plain:
	JMP	runtime·knotRaceread<ABIInternal>(SB)

TEXT runtime·racewrite<ABIInternal>(SB), NOSPLIT, $0-8
	CMPB	runtime·knotMemOn(SB), $0
	JEQ	plain
	CMPQ	AX, (g_stack+stack_lo)(R14)
	JCS	look
	CMPQ	AX, (g_stack+stack_hi)(R14)
	JCS	plain
look:
	JMP	runtime·knotMemWrite<ABIInternal>(SB)
plain:
	JMP	runtime·knotRacewrite<ABIInternal>(SB)

TEXT runtime·racereadrange<ABIInternal>(SB), NOSPLIT, $0-16
	CMPB	runtime·knotMemOn(SB), $0
	JEQ	plain
	CMPQ	AX, (g_stack+stack_lo)(R14)
	JCS	look
	CMPQ	AX, (g_stack+stack_hi)(R14)
	JCS	plain
look:
	JMP	runtime·knotMemReadRange<ABIInternal>(SB)
plain:
	JMP	runtime·knotRacereadrange<ABIInternal>(SB)

TEXT runtime·racewriterange<ABIInternal>(SB), NOSPLIT, $0-16
	CMPB	runtime·knotMemOn(SB), $0
	JEQ	plain
	CMPQ	AX, (g_stack+stack_lo)(R14)
	JCS	look
	CMPQ	AX, (g_stack+stack_hi)(R14)
	JCS	plain
look:
	JMP	runtime·knotMemWriteRange<ABIInternal>(SB)
plain:
	JMP	runtime·knotRacewriterange<ABIInternal>(SB)

// The runtime itself calls these two, for maps among others, with the positions as arguments on the stack.

TEXT runtime·racereadpc(SB), NOSPLIT, $0-24
	CMPB	runtime·knotMemOn(SB), $0
	JEQ	plain
	JMP	runtime·knotMemReadPC(SB)
plain:
	JMP	runtime·knotRacereadpc(SB)

TEXT runtime·racewritepc(SB), NOSPLIT, $0-24
	CMPB	runtime·knotMemOn(SB), $0
	JEQ	plain
	JMP	runtime·knotMemWritePC(SB)
plain:
	JMP	runtime·knotRacewritepc(SB)
