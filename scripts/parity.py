#!/usr/bin/env python3
"""Compares our alerts with Suricata's: per capture, signature and ends of the flow.

Either with a table made before (--baseline CSV with the columns capture, sid, proto, src_ip, src_port, dest_ip,
dest_port, count; captures relative to --root), or with a Suricata that runs now (--peer, any rule files, any captures).
"""
import argparse
import collections
import csv
import json
import os
import subprocess
import sys
import tempfile

import peer

CAPTURE_ENDINGS = (".pcap", ".pcapng", ".cap", ".trace", ".dmp")


def main():
    options = arguments()
    captures = [found for place in options.captures or [options.root] for found in captures_below(place)]
    if options.match:
        captures = [capture for capture in captures if any(text in capture for text in options.match)]
    names = {os.path.abspath(capture): os.path.relpath(capture, options.root) for capture in captures}
    with tempfile.TemporaryDirectory(prefix="parity-") as scratch:
        keep = options.keep or scratch
        os.makedirs(keep, exist_ok=True)
        ours = options.events or run_ours(options, captures, os.path.join(keep, "ours"))
        found, words = read_ours(ours, names)
        if options.peer:
            wanted = run_peer(options, captures, names, os.path.join(keep, "peer"), words)
        else:
            wanted = read_table(options.baseline, set(names.values()))
    if options.write_table:
        write_table(options.write_table, wanted)
    report(wanted, found, words, options.show)
    share = min(ratio(wanted, found), ratio(found, wanted))
    return 0 if share >= options.least / 100 else 1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hinomi", default="target/debug/hinomi", help="our program")
    parser.add_argument("--rules", action="append", required=True, help="rule file (may be repeated)")
    parser.add_argument("--root", default=".", help="folder below which captures lie; their names are relative to it")
    parser.add_argument("--baseline", help="table of Suricata's alerts")
    parser.add_argument("--peer", action="store_true", help="run Suricata now instead of reading a table")
    parser.add_argument("--runmode", help="run mode of Suricata (single, autofp)")
    parser.add_argument("--set", action="append", default=[], help="setting for Suricata (may be repeated)")
    parser.add_argument("--events", help="our events.jsonl of a run before, instead of running")
    parser.add_argument("--match", action="append", help="only captures with this in their path (may be repeated)")
    parser.add_argument("--keep", help="folder in which what both wrote is kept")
    parser.add_argument("--write-table", help="write Suricata's alerts as a table")
    parser.add_argument("--least", type=float, default=0, help="fail below this many per cent")
    parser.add_argument("--show", type=int, default=0, help="list differences, so many of a signature")
    parser.add_argument("captures", nargs="*", help="captures and folders of them; else all below --root")
    options = parser.parse_args()
    if not options.peer and not options.baseline:
        parser.error("say --baseline CSV or --peer")
    return options


def captures_below(root):
    if os.path.isfile(root):
        return [root]
    found = []
    for folder, _, files in os.walk(root):
        found += [os.path.join(folder, name) for name in files if name.endswith(CAPTURE_ENDINGS)]
    return sorted(found)


def run_ours(options, captures, folder):
    command = [options.hinomi, "replay", "--ignore-checksums", "--out", folder]
    for rules in options.rules:
        command += ["--rules", rules]
    command += captures
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode not in (0, 1):
        sys.exit("our program failed:\n" + done.stdout[-2000:])
    return os.path.join(folder, "events.jsonl")


def run_peer(options, captures, names, folder, words):
    rules = options.rules[0]
    if len(options.rules) > 1:
        os.makedirs(folder, exist_ok=True)
        rules = folder.rstrip("/") + ".rules"
        with open(rules, "w") as joined:
            for path in options.rules:
                joined.write(open(path, errors="replace").read() + "\n")
    suricata = peer.Peer(rules, folder, options.runmode, options.set)
    try:
        folders = suricata.run(captures)
    finally:
        suricata.close()
    wanted = collections.Counter()
    for capture, folder in zip(captures, folders):
        for event in peer.events(folder):
            if event.get("event_type") == "alert":
                count(wanted, names[os.path.abspath(capture)], event, words)
    return wanted


def read_ours(path, names):
    found, words = collections.Counter(), {}
    with open(path, errors="replace") as lines:
        for line in lines:
            if '"alert"' not in line:
                continue
            event = json.loads(line)
            name = names.get(os.path.abspath(event.get("pcap_filename", "")))
            # Signatures of our own are no part of the comparison.
            if event.get("event_type") == "alert" and name and not is_own(event["alert"]["signature_id"]):
                count(found, name, event, words)
    return found, words


def is_own(sid):
    return 9_000_000 <= sid < 10_000_000


def count(counter, capture, event, words):
    alert = event["alert"]
    sid = str(alert["signature_id"])
    words[sid] = alert.get("signature", "")
    ends = [str(event.get(key, "")) for key in ("proto", "src_ip", "src_port", "dest_ip", "dest_port")]
    counter[(capture, sid, *ends)] += 1


def read_table(path, captures):
    wanted = collections.Counter()
    with open(path, newline="") as table:
        for row in csv.DictReader(table):
            if row["capture"] in captures:
                ends = [row[key] for key in ("proto", "src_ip", "src_port", "dest_ip", "dest_port")]
                wanted[(row["capture"], row["sid"], *ends)] += int(row["count"])
    return wanted


def write_table(path, wanted):
    with open(path, "w", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["capture", "sid", "proto", "src_ip", "src_port", "dest_ip", "dest_port", "count"])
        writer.writerows([*key, number] for key, number in sorted(wanted.items()))


def ratio(part, whole):
    """Share of the keys of `part` that `whole` has."""
    return len(set(part) & set(whole)) / max(1, len(part)) if part else 1.0


def report(wanted, found, words, show):
    both = set(wanted) & set(found)
    same = sum(wanted[key] == found[key] for key in both)
    print(f"per capture, signature, flow: Suricata {len(wanted)}, ours {len(found)}, both {len(both)}; "
          f"recall {100 * ratio(wanted, found):.2f} %, precision {100 * ratio(found, wanted):.2f} %; "
          f"as many of them {same}")
    pairs = [{key[:2] for key in side} for side in (wanted, found)]
    print(f"per capture, signature: Suricata {len(pairs[0])}, ours {len(pairs[1])}, both {len(pairs[0] & pairs[1])}")
    if show:
        differences("only Suricata", set(wanted) - both, words, show)
        differences("only ours", set(found) - both, words, show)


def differences(title, keys, words, show):
    print(f"== {title}: {len(keys)}")
    by_sid = collections.defaultdict(list)
    for key in sorted(keys):
        by_sid[key[1]].append(key)
    for sid, group in sorted(by_sid.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"{len(group):5} {sid} {words.get(sid, '')}")
        for key in group[:show]:
            print("        ", key[0], " ".join(key[2:]))


if __name__ == "__main__":
    sys.exit(main())
