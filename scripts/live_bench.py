#!/usr/bin/env python3
"""The highest rate watched without a lost packet over a virtual cable; see live-bench.sh.

usage: live_bench.py --hinomi BIN --play BIN --capture FILE --rules FILE [--seconds N] [--steps N] [--workers N] [--only NAME]

A rate holds where the sender kept it, every frame sent was counted by the engine's socket, the kernel dropped none and the
engine left none out. Bisection between 0 and what the sender can do at most.
"""
import argparse, json, os, shutil, signal, subprocess, sys, tempfile, time

from bench import PORTS, VARIABLES

STATS_WAIT_S = 30
START_WAIT_S = 300
RING_MIB = 64
# Enough that neither engine leaves anything out for want of memory.
MEMORY, SURICATAS_MEMORY = '4GiB', '4gb'


def ip(*words):
    subprocess.run(['ip', *words], check=True)


class Cable:
    """Two namespaces with a cable between them."""

    def __enter__(self):
        self.sender, self.watcher = (f'hinomi-bench-{os.getpid()}-{end}' for end in 'sw')
        ip('netns', 'add', self.sender)
        ip('netns', 'add', self.watcher)
        ip('link', 'add', 'out0', 'netns', self.sender, 'type', 'veth', 'peer', 'name', 'in0', 'netns', self.watcher)
        for namespace, name in ((self.sender, 'out0'), (self.watcher, 'in0')):
            # Nobody but the sender says anything, not even the kernel to find its neighbours.
            ip('netns', 'exec', namespace, 'sysctl', '-qw', f'net.ipv6.conf.{name}.disable_ipv6=1')
            ip('-n', namespace, 'link', 'set', name, 'mtu', '9000', 'arp', 'off', 'up')
        return self

    def __exit__(self, *_):
        for namespace in (self.sender, self.watcher):
            subprocess.run(['ip', 'netns', 'del', namespace], check=False)

    def inside(self, namespace, command):
        return ['ip', 'netns', 'exec', namespace, *command]


def hinomi(asked, out):
    return [asked.hinomi, 'watch', '-i', 'in0', '--workers', str(asked.workers), '--ignore-checksums', '--no-own-rules', '--rules',
            asked.rules, '--memory', MEMORY, '--out', out]


def suricata(asked, out):
    command = ['suricata', '-c', '/etc/suricata/suricata.yaml', '--af-packet=in0', '-l', out, '-k', 'none', '--runmode', 'workers',
               '-S', asked.rules]
    settings = {'af-packet.0.interface': 'in0', 'af-packet.0.threads': asked.workers, 'af-packet.0.cluster-type': 'cluster_flow',
                'af-packet.0.cluster-id': 99, 'af-packet.0.defrag': 'yes', 'af-packet.0.use-mmap': 'yes',
                'af-packet.0.tpacket-v3': 'yes', 'af-packet.0.block-size': 1 << 20,
                'af-packet.0.ring-size': RING_MIB * (1 << 20) // 2048 // asked.workers, 'stats.interval': 1,
                # By default it looks at no more of a stream once all of them fill 256 MiB, which takes seconds here.
                'flow.memcap': SURICATAS_MEMORY, 'stream.memcap': SURICATAS_MEMORY,
                'stream.reassembly.memcap': SURICATAS_MEMORY}
    for group, names in (('address-groups', VARIABLES), ('port-groups', PORTS)):
        settings.update({f'vars.{group}.{name}': value for name, value in names.items()})
    for name, value in settings.items():
        command += ['--set', f'{name}={value}']
    return command


# How each is run, the words by which it says that it is ready, its log of events.
ENGINES = {
    'hinomi': (hinomi, 'watching in0', 'events.jsonl'),
    'suricata': (suricata, 'Engine started', 'eve.json'),
}


class Engine:
    """An engine that watches the cable."""

    def __init__(self, name, cable, asked, folder):
        command, self.ready, log = ENGINES[name]
        self.name, self.out = name, tempfile.mkdtemp(dir=folder)
        self.log, self.at, self.rest = f'{self.out}/{log}', 0, b''
        self.counted = (0, 0, 0)
        self.said = open(f'{self.out}/said', 'w+b')
        words = cable.inside(cable.watcher, command(asked, self.out))
        self.child = subprocess.Popen(words, stdout=self.said, stderr=self.said)
        deadline = time.monotonic() + START_WAIT_S
        while self.ready.encode() not in self.words():
            if self.child.poll() is not None or time.monotonic() > deadline:
                sys.exit(f'{name} did not begin:\n{self.words().decode(errors="replace")[-2000:]}')
            time.sleep(0.2)

    def words(self):
        with open(f'{self.out}/said', 'rb') as said:
            return said.read()

    def look(self):
        """Packets, kernel drops and packets left out, by the last stats event; the log is emptied as it is read."""
        try:
            with open(self.log, 'rb') as log:
                log.seek(self.at)
                fresh = log.read()
        except FileNotFoundError:
            return self.counted
        self.at += len(fresh)
        lines = (self.rest + fresh).split(b'\n')
        self.rest = lines.pop()
        for line in lines:
            if b'"event_type":"stats"' in line:
                stats = json.loads(line)['stats']
                capture, flow = stats.get('capture', {}), stats.get('flow', {})
                self.counted = (capture.get('kernel_packets', 0), capture.get('kernel_drops', 0), flow.get('shed_pkts', 0)
                                + flow.get('elephants_cut', 0))
        return self.counted

    def after(self, expected):
        """The same, once the packets are counted, or never will be."""
        deadline = time.monotonic() + STATS_WAIT_S
        while time.monotonic() < deadline:
            if self.look()[0] >= expected:
                # What is dropped or left out may be counted a little later.
                time.sleep(9)
                break
            time.sleep(0.5)
        return self.look()

    def end(self):
        self.child.send_signal(signal.SIGINT)
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()


def play(cable, asked, megabits, seconds):
    """Frames sent, and the rate that came of it in Mbit/s."""
    words = [asked.play, 'out0', asked.capture, str(megabits), str(seconds)]
    told = subprocess.run(cable.inside(cable.sender, words), capture_output=True, text=True, check=True)
    sent, octets, took, _ = told.stdout.split()
    return int(sent), int(octets) * 8 / float(took) / 1e6


def highest(name, cable, asked, top, folder):
    engine = Engine(name, cable, asked, folder)
    low, high = 0.0, top
    try:
        for _ in range(asked.steps):
            rate = (low + high) / 2
            before = engine.look()
            sent, reached = play(cable, asked, rate, asked.seconds)
            after = engine.after(before[0] + sent)
            seen, dropped, left_out = (end - begin for end, begin in zip(after, before))
            holds = reached > 0.97 * rate and seen >= sent and dropped == 0 and left_out == 0
            print(f'  {name}: {reached:,.0f} of {rate:,.0f} Mbit/s, {sent:,} frames, {seen:,} seen, {dropped:,} dropped, '
                  f'{left_out:,} left out: {"holds" if holds else "too much"}', flush=True)
            if engine.child.poll() is not None:
                sys.exit(f'{name} ended:\n{engine.words().decode(errors="replace")[-2000:]}')
            low, high = (rate, high) if holds else (low, rate)
    finally:
        engine.end()
    return low


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--hinomi', required=True)
    parser.add_argument('--play', required=True)
    parser.add_argument('--capture', required=True)
    parser.add_argument('--rules', required=True)
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--steps', type=int, default=7)
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--only', choices=list(ENGINES))
    asked = parser.parse_args()
    asked.capture, asked.rules, asked.hinomi, asked.play = map(os.path.abspath, (asked.capture, asked.rules, asked.hinomi, asked.play))
    names = [name for name in ENGINES if asked.only in (None, name)]
    if not shutil.which('suricata') and 'suricata' in names:
        print('suricata is not installed here: measuring ours alone', file=sys.stderr)
        names.remove('suricata')
    found = {}
    with Cable() as cable, tempfile.TemporaryDirectory() as folder:
        _, top = play(cable, asked, 1e6, min(asked.seconds, 5))
        print(f'the sender alone: {top:,.0f} Mbit/s', flush=True)
        for name in names:
            found[name] = highest(name, cable, asked, top, folder)
    for name, rate in found.items():
        print(f'{name:<10}{rate:8,.0f} Mbit/s for {asked.seconds:g} s without a drop, {asked.workers} workers')
    if found.get('suricata'):
        print(f'ratio     {found["hinomi"] / found["suricata"]:8.2f} x')


if __name__ == '__main__':
    main()
