#!/usr/bin/env python3
"""Hinomi under traffic that would like to fill its memory; see stress.sh.

usage: stress.py --hinomi BIN --stress BIN [--scale PART] [--memory SIZE] [--workers N] [--only NAME,...]

Ends with 1 where the program fails, the bystander's conversation goes unseen, or memory outgrows the budget.
"""
import argparse, json, os, subprocess, sys, tempfile, time

RULE = ('alert http any any -> any any (msg:"stress: the bystander"; flow:established,to_server; http.uri; '
        'content:"/bystander/"; sid:1;)\n')
# What each is given at full size.
CASES = {
    'scan': lambda part: ['scan', '100000', str(max(1, round(60 * part)))],
    'open': lambda part: ['open', str(round(2_000_000 * part))],
    'elephant': lambda part: ['elephant', str(round(10_000_000_000 * part))],
    'bytes': lambda part: ['bytes', str(round(20_000_000 * part))],
    'fragments': lambda part: ['fragments', str(round(6_000_000 * part))],
}
# The budget is for flows; beside it there are rules, batches on their way and what flows say at the moment.
BESIDE_BUDGET_MIB = 64


def mebibytes(text):
    number, unit = text.rstrip('GMKiB'), text[-3:]
    return int(number) * {'GiB': 1024, 'MiB': 1}[unit]


def run(asked, folder, words):
    """What came of one case."""
    out = tempfile.mkdtemp(dir=folder)
    # Millions of flow events are not for the disk: a pipe keeps those that tell something here.
    os.mkfifo(f'{out}/events.jsonl')
    kept = open(f'{out}/kept.jsonl', 'wb')
    pattern = '"event_type":"(stats|limit)"|"type":"internal"|"signature_id":1,'
    reader = subprocess.Popen(['grep', '-aE', pattern, f'{out}/events.jsonl'], stdout=kept)
    begun = time.monotonic()
    sender = subprocess.Popen([asked.stress, *words], stdout=subprocess.PIPE)
    command = [asked.hinomi, 'replay', '--memory', asked.memory, '--workers', str(asked.workers), '--no-cache',
               '--rules', f'{folder}/stress.rules', '--out', out, '-']
    with open(f'{out}/said', 'wb') as said:
        child = subprocess.Popen(command, stdin=sender.stdout, stdout=said, stderr=said)
        sender.stdout.close()
        _, status, used = os.wait4(child.pid, 0)
    sent = sender.wait() == 0
    wall = time.monotonic() - begun
    reader.wait()
    kept.close()
    with open(f'{out}/kept.jsonl', 'rb') as lines:
        events = [json.loads(line) for line in lines]
    with open(f'{out}/said', 'rb') as said:
        words = said.read().decode(errors='replace')[-2000:]
    seen = {event['http']['url'] for event in events if 'alert' in event}
    stats = next((event['stats'] for event in reversed(events) if 'stats' in event), {})
    limits = {}
    for event in events:
        if 'limit' in event:
            limits[event['limit']['name']] = limits.get(event['limit']['name'], 0) + event['limit']['count']
    return {'ok': status == 0 and sent, 'said': words, 'wall': wall, 'cpu': used.ru_utime + used.ru_stime,
            'mib': used.ru_maxrss / 1024, 'seen': len(seen & {'/bystander/first', '/bystander/last'}), 'stats': stats,
            'limits': limits}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--hinomi', required=True)
    parser.add_argument('--stress', required=True)
    parser.add_argument('--scale', type=float, default=1.0)
    parser.add_argument('--memory', default='1GiB')
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--only', default='')
    asked = parser.parse_args()
    wanted = [name for name in CASES if not asked.only or name in asked.only.split(',')]
    budget = mebibytes(asked.memory)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/stress.rules', 'w') as rules:
            rules.write(RULE)
        idle = run(asked, folder, ['bytes', '100'])
        print(f'at rest {idle["mib"]:.0f} MiB, budget {budget} MiB, {asked.workers} workers, scale {asked.scale:g}')
        print(f'{"":<11}{"packets":>12}{"flows":>11}{"wall s":>8}{"CPU s":>8}{"packets/s":>11}{"peak MiB":>10}'
              f'{"bystander":>11}  left out')
        for name in wanted:
            result = run(asked, folder, CASES[name](asked.scale))
            stats = result['stats']
            packets, flows = (stats.get(part, {}).get(key, 0) for part, key in (('decoder', 'pkts'), ('flow', 'total')))
            room = idle['mib'] + budget + BESIDE_BUDGET_MIB
            right = result['ok'] and result['seen'] == 2 and result['mib'] <= room
            failed |= not right
            left_out = ', '.join(f'{key} {count:,}' for key, count in sorted(result['limits'].items())) or 'nothing'
            print(f'{name:<11}{packets:12,}{flows:11,}{result["wall"]:8.1f}{result["cpu"]:8.1f}'
                  f'{packets / max(result["wall"], 1e-9):11,.0f}{result["mib"]:10.0f}{result["seen"]:9}/2  {left_out}'
                  + ('' if right else '  WRONG'), flush=True)
            if not result['ok']:
                print(result['said'])
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
