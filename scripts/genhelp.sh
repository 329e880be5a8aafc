#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Turns the manual pages into the text that --help prints: a table of C strings, one entry a page. Knows the
# part of scdoc(5) that the pages use: sections, paragraphs, indentation, lists, literal blocks, bold and
# underlined words, "++" at the end of a line.
#
# usage: genhelp.sh OUTPUT PAGE.scd...
set -eu

out=${1:?usage: genhelp.sh OUTPUT PAGE.scd...}
shift
tmp=$out.tmp$$
trap 'rm -f "$tmp"' EXIT

LC_ALL=C awk '
# gsub and backslashes differ between awks.
function escaped(s,    i, c, r) {
	r = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		r = r (c == "\\" || c == "\"" ? "\\" c : c)
	}
	return r
}
function emit(line) {
	text = text "\t\t\"" escaped(line) "\\n\"\n"
}
function blank() {
	if (!was_blank)
		emit("")
	was_blank = 1
}
# Without the marks of scdoc: a backslash takes the next character as it is, an underscore within a word stands
# for itself.
function plain(s,    i, c, r, p, n) {
	r = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\") {
			i++
			r = r substr(s, i, 1)
			continue
		}
		p = i > 1 ? substr(s, i - 1, 1) : " "
		n = substr(s, i + 1, 1)
		if (c == "*" || c == "_" && (p !~ /[A-Za-z0-9]/ || n !~ /[A-Za-z0-9]/))
			continue
		r = r c
	}
	return r
}
function spaces(n,    r) {
	r = ""
	while (n-- > 0)
		r = r " "
	return r
}
function flush_paragraph(    words, n, i, line, left) {
	if (paragraph == "")
		return
	n = split(paragraph, words, /[ \t]+/)
	left = spaces(indent)
	line = left
	for (i = 1; i <= n; i++) {
		if (words[i] == "")
			continue
		if (line != left && length(line) + 1 + length(words[i]) > 80) {
			emit(line)
			left = spaces(indent + hang)
			line = left
		}
		line = line == left ? line words[i] : line " " words[i]
	}
	emit(line)
	was_blank = 0
	paragraph = ""
	hang = 0
}
function finish_page() {
	if (name == "")
		return
	flush_paragraph()
	if (literal || summary == "") {
		printf "genhelp: %s: %s\n", page, literal ? "a literal block does not end" : "no NAME line" > "/dev/stderr"
		failed = 1
		exit 1
	}
	printf "\t{\"%s\", \"%s\",\n%s\t},\n", name, summary, text
}
FNR == 1 {
	finish_page()
	page = FILENAME
	name = $0
	sub(/\(.*/, "", name)
	sub(/^goknot-/, "", name)
	text = summary = paragraph = ""
	literal = hang = 0
	was_blank = 1
	section = ""
	next
}
!literal && /^; / { next }
/^\t*```/ {
	flush_paragraph()
	literal = !literal
	if (literal)
		match($0, /^\t*/)
	literal_indent = 4 * RLENGTH + 8
	next
}
literal {
	sub(/^\t+/, "")
	emit($0 == "" ? "" : spaces(literal_indent) $0)
	was_blank = 0
	next
}
/^#+ / {
	flush_paragraph()
	level = index($0, " ") - 1
	sub(/^#+ /, "")
	section = $0
	blank()
	emit(spaces(2 * (level - 1)) plain($0))
	was_blank = 0
	next
}
/^[ \t]*$/ {
	flush_paragraph()
	if (section != "" && text !~ ("\"" section "\\\\n\"\n$"))
		blank()
	next
}
{
	match($0, /^\t*/)
	depth = RLENGTH
	line = substr($0, depth + 1)
	if (section == "NAME" && summary == "") {
		summary = line
		sub(/^[^ ]+ - /, "", summary)
	}
	item = line ~ /^- /
	if (item || 4 * depth + 4 != indent)
		flush_paragraph()
	indent = 4 * depth + 4
	if (item)
		hang = 2
	broken = sub(/\+\+$/, "", line)
	paragraph = paragraph (paragraph == "" ? "" : " ") plain(line)
	if (broken)
		flush_paragraph()
}
BEGIN {
	print "/* SPDX-License-Identifier: BSD-2-Clause */"
	print "/* Made by scripts/genhelp.sh from man/: change the pages, not this file. */"
	print "static const struct knot_help_page pages[] = {"
}
END {
	if (failed)
		exit 1
	finish_page()
	if (!failed)
		print "};"
	exit failed
}
' "$@" >"$tmp"
mv "$tmp" "$out"
