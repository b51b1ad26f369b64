#!/usr/bin/env python3
"""Puts the tables that quality.sh has made into docs/quality.md, between its two marks."""

import pathlib
import sys

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PARTS = [
    ("beacons", "A company's life, and beacons in it"),
    ("packets", "Tunnels and what resembles them, as packets through the sensor"),
    ("flow-statistics", "The peer for tunnels: a classifier of flow statistics"),
    ("tunnels", "Tunnels inside DNS, as events"),
    ("office", "A day of an office of twelve, as packets through the sensor"),
    ("domains", "Generated domains, families left out of training"),
    ("captures-own", "Labelled captures, our own content alone"),
    ("captures-etopen", "Labelled captures, with ET Open"),
    ("captures-intel", "Labelled captures, with ET Open and lists of indicators"),
    ("signatures", "The peer for labelled captures: signatures alone"),
    ("reliability", "Does confidence mean what it says?"),
]


def part(folder, name, title):
    path = folder / f"{name}.md"
    if not path.exists():
        return []
    text = path.read_text().strip()
    is_table = "|" in text
    return [f"### {title}", "", text if is_table else f"```\n{text}\n```", ""]


def main():
    folder, target, minutes = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    lines = [BEGIN, "", f"Made by `make quality` in {minutes} min.", ""]
    for name, title in PARTS:
        lines += part(folder, name, title)
    text = target.read_text()
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    target.write_text(before + "\n".join(lines) + "\n" + END + after)


main()
