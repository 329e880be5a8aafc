// SPDX-License-Identifier: BSD-2-Clause

// Package sites holds the names of operations and positions, and the files the C side reads: the site table
// and what could not be instrumented.
package sites

// Op is an operation on a primitive.
type Op uint8

// The numbers of fuzzer/wire/abi.h (KNOT_OP_*) that a position in a source file can have; a test compares.
const (
	Send        Op = 4
	Recv        Op = 5
	Close       Op = 6
	Range       Op = 7
	Select      Op = 8
	SelSend     Op = 9
	SelRecv     Op = 10
	SelDefault  Op = 11
	Lock        Op = 12
	Unlock      Op = 13
	TryLock     Op = 14
	RLock       Op = 15
	RUnlock     Op = 16
	TryRLock    Op = 17
	WGAdd       Op = 18
	WGDone      Op = 19
	WGWait      Op = 20
	WGGo        Op = 21
	CondWait    Op = 22
	Signal      Op = 23
	Broadcast   Op = 24
	Once        Op = 25
	Go          Op = 26
	AtomicLoad  Op = 27
	AtomicStore Op = 28
	AtomicRMW   Op = 29
)

var names = map[Op]string{
	Send: "send", Recv: "recv", Close: "close", Range: "range", Select: "select", SelSend: "selsend",
	SelRecv: "selrecv", SelDefault: "seldefault", Lock: "lock", Unlock: "unlock", TryLock: "trylock",
	RLock: "rlock", RUnlock: "runlock", TryRLock: "tryrlock", WGAdd: "wgadd", WGDone: "wgdone",
	WGWait: "wgwait", WGGo: "wggo", CondWait: "condwait", Signal: "signal", Broadcast: "broadcast",
	Once: "once", Go: "go", AtomicLoad: "atomic_load", AtomicStore: "atomic_store", AtomicRMW: "atomic_rmw",
}

// String is the name in the site table: the macro's, in lower case.
func (op Op) String() string { return names[op] }

// MarshalText makes the name the form in JSON.
func (op Op) MarshalText() ([]byte, error) { return []byte(op.String()), nil }

// Hook is the number the inserted call passes on: a range loop runs as the receives it is made of.
func (op Op) Hook() Op {
	if op == Range {
		return Recv
	}
	return op
}

// Hashed is the number that goes into the site hash. The runtime cannot tell these apart from the plain
// operation, and a site must have one name whichever side saw it.
func (op Op) Hashed() Op {
	switch op {
	case Range, SelRecv:
		return Recv
	case SelSend:
		return Send
	case WGGo:
		return Go
	}
	return op
}
