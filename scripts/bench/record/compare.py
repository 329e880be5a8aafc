# SPDX-License-Identifier: BSD-2-Clause
"""What the runtime's execution tracer and goknot record have seen of the same run.

usage: compare.py trace.txt list.json
The one is what "go tool trace -d=parsed" prints, the other goknot list -json. Compared are the goroutines that began and ended
under both: how often each was switched to, and how often it waited. A goroutine that comes back from a system call and
finds another processor at once the tracer has as switched to, although it has never left its thread: left out of both.
"""
import collections
import json
import re
import sys


def of_trace(path):
    runs, waits, born, ended, last = collections.Counter(), collections.Counter(), set(), set(), {}
    for line in open(path, errors="replace"):
        m = re.search(r"GoID=(\d+) (\w+)->(\w+)", line)
        if not m:
            continue
        g, old, new = int(m[1]), m[2], m[3]
        if old == "NotExist":
            born.add(g)
        if new == "NotExist":
            ended.add(g)
        if new == "Running" and old in ("Runnable", "Waiting") and last.get(g) != ("Syscall", "Runnable"):
            runs[g] += 1
        if (old, new) == ("Running", "Waiting"):
            waits[g] += 1
        last[g] = (old, new)
    return runs, waits, born & ended


def of_recording(path):
    runs, waits, back = collections.Counter(), collections.Counter(), set()
    for line in open(path):
        e = json.loads(line)
        if e["kind"] == "run":
            if e["other"] in back:
                back.remove(e["other"])
            else:
                runs[e["other"]] += 1
        elif e["kind"] == "syscall-wait":
            back.add(e["g"])
        elif e["kind"] in ("park", "preempt"):
            waits[e["g"]] += 1
    return runs, waits


def main():
    runs, waits, both = of_trace(sys.argv[1])
    seen_runs, seen_waits = of_recording(sys.argv[2])
    differ = [g for g in both if runs[g] != seen_runs[g] or waits[g] != seen_waits[g]]
    print(len(both), sum(runs[g] for g in both), sum(seen_runs[g] for g in both),
          sum(waits[g] for g in both), sum(seen_waits[g] for g in both), len(differ))


main()
