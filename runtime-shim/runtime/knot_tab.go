// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// knotTab maps a 64-bit key to an entry that lives for one run. Open addressing; entries of former runs
// count as free by their generation, so that reset costs nothing. It starts small, because most runs need
// little and a table that fits the cache is what makes them fast, and doubles when three quarters are used.
type knotTab struct {
	base uintptr // of the entries: mapped by us, so no pointer that the collector or a write barrier must see
	mask uint64
	gen  uint64
	used uint64
	ids  uint32 // given by knotPrimID in this run
}

const (
	knotTabMin = 1 << 8
	knotTabMax = 1 << 20
)

type knotTabEntry struct {
	key     uint64
	gen     uint64
	lastKey uint64 // key of the last operation on the primitive
	id      uint32 // by first use in the run, from 1; of a primitive see knotPrimID
	readers int32  // read locks held
	lastG   uint16
	owner   uint16 // goroutine that holds the lock, knotGNone = none
	lastR   uint16 // last goroutine that took a read lock
}

func (t *knotTab) init() {
	t.base = uintptr(knotMmap(knotTabMin * unsafe.Sizeof(knotTabEntry{})))
	t.mask = knotTabMin - 1
}

func (t *knotTab) reset() {
	t.gen = knot.run
	t.used = 0
	t.ids = 0
}

func knotTabAt(base uintptr, i uint64) *knotTabEntry {
	return (*knotTabEntry)(unsafe.Pointer(base + uintptr(i)*unsafe.Sizeof(knotTabEntry{})))
}

// find returns the entry of key or the free one where it belongs.
func (t *knotTab) find(key uint64) *knotTabEntry {
	for i := knotMix(key) & t.mask; ; i = (i + 1) & t.mask {
		e := knotTabAt(t.base, i)
		if e.gen != t.gen || e.key == key {
			return e
		}
	}
}

// get returns the entry of key, made when it is new; nil when the table has its greatest size and is full.
// The entry is valid until the next call.
func (t *knotTab) get(key uint64) *knotTabEntry {
	e := t.find(key)
	if e.gen == t.gen {
		return e
	}
	if t.used > t.mask/4*3 {
		if t.mask == knotTabMax-1 {
			knot.hdr.primsFull++
			return nil
		}
		t.grow()
		e = t.find(key)
	}
	t.used++
	*e = t.fresh(key)
	if t != &knotPrims || knot.hdr.cfgFlags&knotCfgOldNames != 0 {
		e.id = uint32(t.used)
	}
	return e
}

func (t *knotTab) fresh(key uint64) knotTabEntry {
	return knotTabEntry{key: key, gen: t.gen, owner: knotGNone, lastR: knotGNone}
}

// holds reports whether the goroutine with number g of this run holds one of the locks. Who of several has a read lock is not known: any may.
func (t *knotTab) holds(g uint16) bool {
	for i := uint64(0); i <= t.mask; i++ {
		if e := knotTabAt(t.base, i); e.gen == t.gen && (e.owner == g || e.readers > 0) {
			return true
		}
	}
	return false
}

// forget makes the entry of key, if there is one, as it was when it was made.
func (t *knotTab) forget(key uint64) {
	if e := t.find(key); e.gen == t.gen {
		*e = t.fresh(key)
	}
}

// grow doubles the table. The old one stays mapped: all of them together are as large as the new one.
func (t *knotTab) grow() {
	old, n := t.base, t.mask+1
	t.base = uintptr(knotMmap(uintptr(2*n) * unsafe.Sizeof(knotTabEntry{})))
	t.mask = 2*n - 1
	for i := uint64(0); i < n; i++ {
		if e := knotTabAt(old, i); e.gen == t.gen {
			*t.find(e.key) = *e
		}
	}
}
