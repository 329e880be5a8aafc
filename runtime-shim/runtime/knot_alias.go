// SPDX-License-Identifier: BSD-2-Clause

package runtime

// Aliases. A schedule of other code names goroutines by go statements that stand elsewhere now. So a request may say which
// site counts as which other one where paths are made: then goroutines have the paths that the schedule knows, and draw
// the random numbers that they drew. Everything else keeps the sites of the code as it is.

// knotAliasRequest takes the aliases out of a new request: they lie at the head of its prefix.
func knotAliasRequest() {
	r := &knot.req
	if r.aliasLen > r.prefixLen/knotAliasSlots {
		r.aliasLen = 0
	}
	knot.aliasOff = r.prefixOff
	r.prefixOff += r.aliasLen * knotAliasSlots
	r.prefixLen -= r.aliasLen * knotAliasSlots
}

// knotAlias is the site that a go statement's counts as in the paths of its goroutines.
func knotAlias(site uint32) uint32 {
	for i := uint32(0); i < knot.req.aliasLen; i++ {
		if at := knot.aliasOff + i*knotAliasSlots; knotSlot32(at) == site {
			return knotSlot32(at + 2)
		}
	}
	return site
}

func knotSlot32(at uint32) uint32 {
	return uint32(knot.decIn[at%knotDecisionInSlots]) | uint32(knot.decIn[(at+1)%knotDecisionInSlots])<<16
}
