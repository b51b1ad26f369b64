#!/usr/bin/env python3
"""The peer "signatures alone": what somebody who reads the alerts of a rule set, and nothing else, finds in labelled captures.

usage: signatures_alone.py --captures DIR --rules FILE [--baseline alerts.csv] [--events events.jsonl] [--incidents NAME=FILE]...

DIR holds MANIFEST.csv as score.py reads it. --baseline is a table of another engine's alerts (capture, sid, ..., count);
--events is what `hinomi replay --rules FILE` wrote, of which only the alerts by FILE's rules count; --incidents is a file of
figures by score.py, shown beside them. A capture is found, or not quiet, when it has an alert at all, or one whose rule says
signature_severity Major or Critical. Prints a table.
"""
import argparse, collections, csv, json, os, re, statistics

GRAVE = {'Major', 'Critical'}
FOUND_ONLY = {'web_phishing', 'server_exploit', 'cryptomining'}
IGNORED = {'tor_like'}


def severities(rules):
    """What each rule says of its own gravity, by sid."""
    graves = {}
    for line in open(rules, encoding='utf-8', errors='replace'):
        sid = re.search(r'\bsid\s*:\s*(\d+)', line)
        if sid and not line.startswith('#'):
            grave = re.search(r'signature_severity (\w+)', line)
            graves[int(sid.group(1))] = grave.group(1) if grave else ''
    return graves


def baseline(path, captures):
    """Alerts of each capture by another engine: sid to count."""
    alerts = collections.defaultdict(collections.Counter)
    folder = os.path.basename(os.path.normpath(captures))
    for row in csv.DictReader(open(path)):
        kind, _, name = row['capture'].partition('/')
        if kind == folder:
            alerts[name][int(row['sid'])] += int(row['count'])
    return alerts


def events(path, captures):
    """The same out of our events."""
    alerts = collections.defaultdict(collections.Counter)
    for line in open(path):
        if '"alert"' in line:
            event = json.loads(line)
            if event.get('event_type') == 'alert':
                name = os.path.relpath(event['pcap_filename'], captures)
                alerts[name][event['alert']['signature_id']] += 1
    return alerts


def row(name, alerts, counts, labels):
    """A line of the table; `counts` says which rules count."""
    found, quiet, noise, all_malicious, all_benign = 0, 0, [], 0, 0
    for capture, wanted in labels.items():
        loud = sum(count for sid, count in alerts.get(capture, {}).items() if counts(sid))
        if 'benign' in wanted:
            all_benign += 1
            quiet += not loud
        elif wanted - IGNORED:
            all_malicious += 1
            found += loud > 0
            noise.append(loud)
    share = lambda part, whole: f'{100 * part / max(whole, 1):.1f} % of {whole}'
    print(f'| {name} | {share(found, all_malicious)} | – | {share(quiet, all_benign)} | '
          f'{statistics.median(noise):.0f} / {max(noise)} alerts |')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--captures', required=True)
    parser.add_argument('--rules', required=True)
    parser.add_argument('--baseline')
    parser.add_argument('--events')
    parser.add_argument('--incidents', action='append', default=[])
    asked = parser.parse_args()
    rows = csv.DictReader(open(os.path.join(asked.captures, 'MANIFEST.csv')))
    labels = {one['file']: set(one['category'].split(';')) for one in rows}
    rules = severities(asked.rules)
    print('| | found | named | quiet | told in a malicious capture, median / most |\n|---|---|---|---|---|')
    sources = []
    if asked.baseline:
        sources.append(('Suricata 7.0.10, the same rules', baseline(asked.baseline, asked.captures)))
    if asked.events:
        sources.append(('our engine, the same rules, models off', events(asked.events, asked.captures)))
    for name, alerts in sources:
        row(f'{name}: any alert', alerts, lambda sid: sid in rules, labels)
        row(f'{name}: grave ones (Major, Critical)', alerts, lambda sid: rules.get(sid) in GRAVE, labels)
    for pair in asked.incidents:
        name, path = pair.split('=', 1)
        one = json.load(open(path))
        named = sum(figures[2] for label, figures in one['per_label'].items() if label not in FOUND_ONLY)
        named_of = sum(figures[0] for label, figures in one['per_label'].items() if label not in FOUND_ONLY)
        print(f'| **{name}** | {100 * one["found"]:.1f} % of {one["malicious_captures"]} | {100 * named / named_of:.1f} % of {named_of} '
              f'labels | {100 * one["quiet"]:.1f} % of {one["benign_captures"]} | {one["noise_median"]:.0f} / {one["noise_max"]} incidents |')


main()
