#!/usr/bin/env python3
"""Plays the capture of `hinomi drill rules` to `hinomi replay` and, where it is installed, to Suricata, and holds the
alerts of both against the plan and against each other.

usage: exerciser.py --hinomi BIN --rules FILE [--course DIR] [--every N] [--out DIR] [--peer-alerts FILE] [--sids]

Without --course the capture is made first (`hinomi drill rules`). Figures:
  exercised      rules whose hit made Suricata speak
  agree, hits    hits on which both engines speak, or both are silent
  agree, misses  the same of near misses
  side alerts    alerts of other rules than the one that a conversation is for, on which both agree
"""
import argparse, collections, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench


def run(command, log):
    with open(log, 'w') as said:
        status = subprocess.run(command, stdout=said, stderr=said).returncode
    if status != 0:
        with open(log, errors='replace') as said:
            sys.exit(f'{" ".join(command)} ended with {status}:\n{said.read()[-2000:]}')


def alerts(path):
    """(gid, sid, the two addresses) of each alert in a file of EVE JSON."""
    found = collections.Counter()
    with open(path, errors='replace') as file:
        for line in file:
            if '"alert"' not in line:
                continue
            event = json.loads(line)
            if event.get('event_type') == 'alert':
                alert = event['alert']
                ends = frozenset((event.get('src_ip'), event.get('dest_ip')))
                found[(alert.get('gid', 1), alert['signature_id'], ends)] += 1
    return found


def ours(binary, capture, rules, folder):
    out = os.path.join(folder, 'hinomi')
    os.makedirs(out, exist_ok=True)
    run([binary, 'replay', '--ignore-checksums', '--rules', rules, '--out', out, capture],
        os.path.join(folder, 'hinomi.log'))
    return alerts(os.path.join(out, 'events.jsonl'))


def peers(binary, capture, rules, folder):
    out = os.path.join(folder, 'suricata')
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    # Many rules may match on one conversation: none of their alerts shall be lost to the limit of a packet.
    command = bench.suricata(binary, capture, rules, out) + ['--set', 'packet-alert-max=250', '--set', 'stream.inline=no']
    run(command, os.path.join(folder, 'suricata.log'))
    return alerts(os.path.join(out, 'eve.json'))


def percent(part, whole):
    return f'{100 * part / whole:.2f} %' if whole else '-'


def identities(path):
    """(gid, sid) of each rule of a file."""
    with open(path, errors='replace') as file:
        return {(1, int(sid)) for line in file for sid in re.findall(r'[; (]sid:\s*(\d+)', line)}


def speaking(path, folder):
    """The rules without `noalert`: what is silent by its own wish can not be heard to match."""
    copy = os.path.join(folder, 'speaking.rules')
    with open(path, errors='surrogateescape') as file, open(copy, 'w', errors='surrogateescape') as out:
        for line in file:
            out.write(re.sub(r'(?<=[;(])\s*(?:flowbits:\s*)?noalert\s*;', '', line))
    return copy


def compare(plan, mine, theirs, known, show_sids):
    rules = {row['sid'] for row in plan}
    made = [row for row in plan if 'reason' not in row]
    key = lambda row: (row['gid'], row['sid'], frozenset((row['client'], row['server'])))
    told = {True: 'speaks', False: 'is silent'}
    print(f'rules {len(rules)}, with a hit {len({row["sid"] for row in made if row["kind"] == "hit"})}')
    for engine, found in (('Hinomi', mine), ('Suricata', theirs)):
        if found is not None:
            speaking = {row['sid'] for row in made if row['kind'] == 'hit' and key(row) in found}
            quiet = [row for row in made if row['kind'] == 'miss']
            false = sum(key(row) in found for row in quiet)
            print(f'{engine:9} speaks on the hit of {len(speaking)} rules, {percent(len(speaking), len(rules))};'
                  f' on {false} of {len(quiet)} near misses')
    if theirs is None:
        return
    differences = collections.defaultdict(list)
    for kind in ('hit', 'miss'):
        rows = [row for row in made if row['kind'] == kind]
        agreed = 0
        for row in rows:
            both = key(row) in mine, key(row) in theirs
            agreed += both[0] == both[1]
            if both[0] != both[1]:
                what = f'{kind}: Hinomi {told[both[0]]}, Suricata {told[both[1]]}'
                differences[what].append((row['sid'], row.get('broken')))
        print(f'both agree on {agreed} of {len(rows)} {kind} conversations, {percent(agreed, len(rows))}')
    own = {key(row) for row in made}
    # Our own signatures are no part of this; neither are oddities that only one engine has a rule for.
    side = {one for one in set(mine) | set(theirs) if one not in own and one[:2] in known}
    print(f'side alerts: {len(side)}, both agree on {percent(sum(one in mine and one in theirs for one in side), len(side))}')
    for what, rows in sorted(differences.items()):
        print(f'{len(rows):6}  {what}')
        if show_sids:
            print('        ' + ' '.join(str(sid) for sid, _ in sorted(rows)))
    silent = [row['sid'] for row in made if row['kind'] == 'hit' and key(row) not in theirs and key(row) not in mine]
    print(f'{len(silent):6}  hits on which both are silent')
    if show_sids:
        print('        ' + ' '.join(map(str, sorted(silent))))
        for label, have, lack in (('only Hinomi', mine, theirs), ('only Suricata', theirs, mine)):
            sids = collections.Counter(one[1] for one in side if one in have and one not in lack)
            print(f'side alerts of {label}: ' + ' '.join(f'{sid}({count})' for sid, count in sids.most_common(100)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--hinomi', required=True)
    parser.add_argument('--rules', required=True)
    parser.add_argument('--course', help='folder with exercise.pcap and plan.jsonl; made if not given')
    parser.add_argument('--every', type=int, default=1, help='only every so many-th rule')
    parser.add_argument('--out', help='keep what the engines write here')
    parser.add_argument('--peer-alerts', help="Suricata's eve.json of an earlier run on the same capture")
    parser.add_argument('--sids', action='store_true', help='name the rules of each class')
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.out or temporary
        os.makedirs(folder, exist_ok=True)
        course = asked.course or os.path.join(folder, 'course')
        if not asked.course:
            run([asked.hinomi, 'drill', 'rules', '--rules', asked.rules, '--out', course, '--every', str(asked.every)],
                os.path.join(folder, 'course.log'))
        capture = os.path.join(course, 'exercise.pcap')
        with open(os.path.join(course, 'plan.jsonl')) as file:
            plan = [json.loads(line) for line in file]
        rules = speaking(asked.rules, folder)
        mine = ours(asked.hinomi, capture, rules, folder)
        peer = shutil.which('suricata')
        if asked.peer_alerts:
            theirs = alerts(asked.peer_alerts)
        else:
            theirs = peers(peer, capture, rules, folder) if peer else None
        if theirs is None:
            print('suricata is not installed here: ours against the plan alone', file=sys.stderr)
        compare(plan, mine, theirs, identities(asked.rules), asked.sids)


if __name__ == '__main__':
    main()
