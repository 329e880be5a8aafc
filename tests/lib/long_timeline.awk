# SPDX-License-Identifier: BSD-2-Clause
# Prints a timeline (docs/wire-format.md) of many events: workers that pass a lock round and send to the test, until two
# of them wait for each other. -v events=N, -v workers=N,
# -v bucket=16 digits, -v hash=16 digits: of the finding, and its schedule, that it is to stand beside
function event(fields) {
	list = list (n ? ",\n" : "") fields
	return n++
}
function step(g, op, site, primitive) {
	at++
	return event(sprintf("{\"step\":%d,\"kind\":\"step\",\"g\":%d,\"op\":\"%s\",\"site\":%d,\"primitive\":%d,\"ns\":%d}",
		at, g, op, site, primitive, at * 120))
}
function more(kind, g, op, site, primitive, to) {
	return event(sprintf("{\"step\":%d,\"kind\":\"%s\",\"g\":%d,\"op\":\"%s\",\"site\":%d,\"primitive\":%d,\"ns\":%d%s}",
		at, kind, g, op, site, primitive, at * 120, to == "" ? "" : ",\"to\":" to))
}
function arrow(from, to, kind) {
	arrows = arrows (arrows == "" ? "" : ",\n") sprintf("{\"from\":%d,\"to\":%d,\"kind\":\"%s\"}", from, to, kind)
}
function blocked(g, from, to, op, site, primitive) {
	spans = spans (spans == "" ? "" : ",\n") sprintf("{\"g\":%d,\"from\":%d%s,\"op\":\"%s\",\"site\":%d,\"primitive\":%d}",
		g, from, to == "" ? "" : ",\"to\":" to, op, site, primitive)
}
BEGIN {
	srand(1)
	for (w = 1; w <= workers; w++) {
		step(0, "go", 0, 2)
		created[w] = more("spawn", 0, "go", 0, 2, w)
	}
	unlocked = -1
	while (n < events - 14) {
		w = 1 + int(rand() * workers)
		other = 1 + (w + int(rand() * (workers - 1))) % workers
		locked = step(w, "lock", 1, 0)
		if (unlocked >= 0 && holder != w)
			arrow(unlocked, locked, "handover")
		if (rand() < 0.5 && other != w) {
			step(other, "lock", 2, 0)
			from = more("block", other, "lock", 2, 0, "")
			unlocked = step(w, "unlock", 3, 0)
			wakes = more("wake", w, "unlock", 3, 0, other)
			to = step(other, "resume", 2, 0)
			arrow(wakes, to, "wake")
			blocked(other, from, to, "lock", 2, 0)
			unlocked = step(other, "unlock", 3, 0)
			holder = other
		} else {
			unlocked = step(w, "unlock", 3, 0)
			holder = w
		}
		sent = step(w, "send", 4, 1)
		arrow(sent, step(0, "recv", 5, 1), "message")
	}
	step(1, "lock", 1, 0)
	stopped = more("switch", 1, "lock", 6, 3, 2)
	step(2, "lock", 6, 3)
	step(2, "lock", 2, 0)
	blocked(2, more("block", 2, "lock", 2, 0, ""), "", "lock", 2, 0)
	step(1, "lock", 6, 3)
	blocked(1, more("block", 1, "lock", 6, 3, ""), "", "lock", 6, 3)
	while (n < events - 2)
		step(0, "yield", 5, 1)
	step(0, "recv", 5, 1)
	blocked(0, more("block", 0, "recv", 5, 1, ""), "", "recv", 5, 1)

	print "{\"format\":\"goknot timeline\",\n\"version\":1,"
	print "\"package\":\"example.org/long\",\n\"test\":\"TestLong\",\n\"verdict\":\"deadlock\","
	print "\"title\":\"deadlock: lock long.go:20, lock long.go:40\",\n\"bucket\":\"" bucket "\","
	printf "\"schedule_hash\":\"%s\",\n\"seed\":\"1\",\n\"virtual_ns\":%d,\n\"steps\":%d,\n", hash, at * 120, at
	print "\"left_out\":0,\n\"native\":false,\n\"minimized\":false,\n\"explanation\":[\"a long run\"],\n\"signature\":[],"
	print "\"sites\":["
	for (s = 0; s < 7; s++)
		printf "{\"file\":\"long.go\",\"line\":%d,\"function\":\"long.work\"}%s\n", 10 * s + 10, s < 6 ? "," : "],"
	print "\"primitives\":[{\"name\":\"p.mu\",\"number\":0,\"kind\":\"lock\"},{\"name\":\"p.out\",\"number\":1,\"kind\":\"channel\"},"
	print "{\"name\":\"p.n\",\"number\":2,\"kind\":\"atomic\"},{\"name\":\"p.other\",\"number\":3,\"kind\":\"lock\"}],"
	print "\"goroutines\":[{\"path\":\"T\",\"number\":0,\"state\":\"blocked\",\"op\":\"recv\",\"at\":5,\"primitive\":1}"
	for (w = 1; w <= workers; w++)
		printf ",\n{\"path\":\"T/long.go:10#%d\",\"number\":%d,\"parent\":0,\"site\":0,\"created\":%d,%s}", w - 1, w, created[w],
			w == 1 ? "\"state\":\"blocked\",\"op\":\"lock\",\"at\":6,\"primitive\":3" : \
			w == 2 ? "\"state\":\"blocked\",\"op\":\"lock\",\"at\":2,\"primitive\":0" : "\"state\":\"running\""
	print "],\n\"events\":[\n" list "],"
	print "\"blocked\":[\n" spans "],\n\"arrows\":[\n" arrows "],"
	print "\"waits\":[{\"from\":1,\"to\":2,\"why\":\"holder\",\"cycle\":true},{\"from\":2,\"to\":1,\"why\":\"holder\",\"cycle\":true},"
	print "{\"from\":0,\"to\":1,\"why\":\"partner\"}],"
	printf "\"switches\":[{\"event\":%d,\"text\":\"G1 is stopped before lock long.go:70 (p.other) while G2 runs to lock long.go:30 (p.mu)\"}]}\n", stopped
}
