#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Takes the recipes out of docs/ci.md: ci_recipes.py FILE DIRECTORY

Parses every yaml block, checks it for what GitHub and GitLab ask for, and writes the commands of each step and job, and each
sh block, as a script of its own into the directory: github-1-fuzz-what-changed.sh, gitlab-goknot-changes.sh, shell-1.sh.
"""
import os
import re
import sys

import yaml


def fail(text):
    sys.exit("ci_recipes: " + text)


def put(directory, name, text):
    with open(os.path.join(directory, name + ".sh"), "w", encoding="utf-8") as f:
        f.write(text)


def github(tree, number, directory):
    # YAML 1.1 takes the word for a boolean.
    if True not in tree or "jobs" not in tree or "name" not in tree:
        fail("a workflow without name, on or jobs")
    for job in tree["jobs"].values():
        if "runs-on" not in job:
            fail("a job without runs-on")
        for step in job["steps"]:
            if ("run" in step) == ("uses" in step):
                fail("a step has either run or uses: %s" % step)
            if "uses" in step and not re.fullmatch(r"[\w.-]+(/[\w.-]+)+@v\d+", step["uses"]):
                fail("uses: %s" % step["uses"])
            if "run" not in step:
                continue
            if "${{" in step["run"]:
                fail("an expression inside a script: %s" % step["name"])
            put(directory, "github-%d-%s" % (number, re.sub(r"\W+", "-", step["name"])), step["run"])


def gitlab(tree, directory):
    for name, job in tree.items():
        if not isinstance(job, dict):
            continue
        if not name.startswith(".") and job.get("extends") not in tree:
            fail("%s extends nothing that is there" % name)
        for key in ("before_script", "script", "after_script"):
            if key in job:
                end = "" if key == "script" else "-" + key
                put(directory, "gitlab-%s%s" % (name.strip("."), end), "\n".join(job[key]) + "\n")


def main():
    source, directory = sys.argv[1:]
    with open(source, encoding="utf-8") as f:
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", f.read(), re.M | re.S)
    counts = {"github": 0, "gitlab": 0, "sh": 0}
    for kind, text in blocks:
        if kind == "sh":
            counts["sh"] += 1
            put(directory, "shell-%d" % counts["sh"], text)
            continue
        if kind != "yaml":
            fail("a block of %s" % kind)
        tree = yaml.safe_load(text)
        if "jobs" in tree:
            counts["github"] += 1
            github(tree, counts["github"], directory)
        else:
            counts["gitlab"] += 1
            gitlab(tree, directory)
    if 0 in counts.values():
        fail("too few recipes: %s" % counts)


main()
