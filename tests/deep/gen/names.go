// SPDX-License-Identifier: BSD-2-Clause

package main

// The words of the programs. What they say has nothing to do with the bug.
var (
	typeNames = []string{"Registry", "Gateway", "Ledger", "Mirror", "Depot", "Router", "Session", "Cluster",
		"Archive", "Exchange", "Harbour", "Studio"}
	actorNames = []string{"collect", "refresh", "publish", "compact", "reconcile", "accept", "expire", "balance",
		"export", "inspect"}
	promotionNames = []string{"escalate", "reassign", "handOver", "resync", "retire", "reopen", "promote",
		"quarantine", "replan", "detach", "merge", "settle"}
	linkNames = []string{"lease", "offer", "snapshot", "ticket", "grant", "notice", "claim", "digest", "marker",
		"token", "quota", "route", "voucher", "permit"}
)
