#!/usr/bin/env python3
"""From the packet that makes a detection to the incident that tells of it, live; see latency.sh.

usage: latency.py --hinomi BIN [--runs N] [--speed N] [--hosts N]

Two network namespaces with a cable between them: one plays an office with all staged attacks, `hinomi watch` listens at the
other. Each time that it tells of an incident it writes the time of the last packet behind it; what passes from there until
its line can be read is counted. Prints a table of quantiles.
"""
import argparse, datetime, os, re, subprocess, tempfile, threading, time

from live_bench import Cable

HEAD = re.compile(rb'^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) \S+$')


def microseconds(text):
    """Microseconds since 1970 of an RFC 3339 time in UTC."""
    moment = datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ').replace(tzinfo=datetime.timezone.utc)
    return (moment - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)) / datetime.timedelta(microseconds=1)


def listen(pipe, delays):
    """Reads what the watcher tells, and how late it is; seconds."""
    for line in pipe:
        head = HEAD.match(line.strip())
        if head:
            delays.append(time.time() - microseconds(head.group(1).decode()) / 1e6)


def run(asked, seed, delays):
    with Cable() as cable, tempfile.TemporaryDirectory() as folder:
        watch = cable.inside(cable.watcher, [asked.hinomi, 'watch', '-i', 'in0', '--ignore-checksums', '--out', folder])
        said = open(f'{folder}/said', 'wb')
        watcher = subprocess.Popen(watch, stdout=subprocess.PIPE, stderr=said)
        reader = threading.Thread(target=listen, args=(watcher.stdout, delays))
        reader.start()
        while b'watching' not in open(f'{folder}/said', 'rb').read():
            if watcher.poll() is not None:
                raise SystemExit(open(f'{folder}/said').read())
            time.sleep(0.1)
        play = [asked.hinomi, 'drill', '--interface', 'out0', '--speed', str(asked.speed), '--seed', str(seed), '--hosts',
                str(asked.hosts), '--duration', '600', '--attacks', 'all']
        subprocess.run(cable.inside(cable.sender, play), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # What is told at the end, when the watcher is stopped, is told of nothing that has just happened.
        time.sleep(3)
        told = len(delays)
        watcher.terminate()
        watcher.wait()
        reader.join()
        del delays[told:]
        last = open(f'{folder}/said').read().strip().splitlines()[-1]
        if ' 0 dropped' not in last:
            print(f'    {last}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--hinomi', required=True)
    parser.add_argument('--runs', type=int, default=6)
    parser.add_argument('--speed', type=int, default=20)
    parser.add_argument('--hosts', type=int, default=10)
    asked = parser.parse_args()
    asked.hinomi = os.path.abspath(asked.hinomi)
    delays = []
    for seed in range(asked.runs):
        run(asked, 100 + seed, delays)
    delays.sort()
    at = lambda share: delays[min(len(delays) - 1, int(share * len(delays)))]
    print('| incidents told | median | 90 % | 99 % | longest |\n|---|---|---|---|---|')
    print(f'| {len(delays)} | {at(.5):.3f} s | {at(.9):.3f} s | {at(.99):.3f} s | {delays[-1]:.3f} s |')


main()
