#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_sarif.py ROOT SCHEMA FILE...: is each a SARIF file that code scanning takes?

ROOT is the repository that the files are about. SCHEMA is the JSON schema of SARIF 2.1.0, or - for checking only what code
scanning asks for beyond it.
"""
import gzip
import json
import os
import sys
import urllib.parse


def locations(result):
    yield from result["locations"]
    yield from result.get("relatedLocations", [])
    for flow in result.get("codeFlows", []):
        for thread in flow["threadFlows"]:
            for step in thread["locations"]:
                yield step["location"]
    for stack in result.get("stacks", []):
        for frame in stack["frames"]:
            yield frame["location"]


def check_place(root, location):
    place = location["physicalLocation"]
    artifact = place["artifactLocation"]
    if artifact["uri"].startswith("file:///"):
        assert "uriBaseId" not in artifact, artifact
        return False
    assert artifact["uriBaseId"] == "%SRCROOT%", artifact
    name = urllib.parse.unquote(artifact["uri"])
    assert not name.startswith("/") and ".." not in name.split("/"), artifact
    path = os.path.join(root, name)
    assert os.path.isfile(path), "no file %s" % path
    if "region" in place:
        with open(path, "rb") as f:
            assert 1 <= place["region"]["startLine"] <= len(f.readlines()), place
    return True


def check_run(root, run):
    rules = run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    assert len(set(ids)) == len(ids)
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["help"]["text"]
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
    assert len(run["results"]) <= 5000
    assert run["automationDetails"]["id"].endswith("/")
    seen = set()
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"], result["ruleId"]
        assert result["message"]["text"]
        line_hash = result["partialFingerprints"]["primaryLocationLineHash"]
        assert line_hash not in seen, "two results with one fingerprint"
        seen.add(line_hash)
        assert len(result["locations"]) == 1
        assert check_place(root, result["locations"][0]), "shown outside of the repository"
        assert sum(1 for _ in map(lambda l: check_place(root, l), locations(result))) <= 1000


def main():
    root, schema, *files = sys.argv[1:]
    for name in files:
        with open(name, "rb") as f:
            text = f.read()
        assert len(gzip.compress(text)) < 10 << 20, "more than 10 MB"
        log = json.loads(text)
        if schema != "-":
            import jsonschema

            with open(schema, encoding="utf-8") as f:
                tree = json.load(f)
            kind = jsonschema.validators.validator_for(tree)
            kind.check_schema(tree)
            kind(tree).validate(log)
        assert log["version"] == "2.1.0" and len(log["runs"]) == 1
        check_run(root, log["runs"][0])


main()
