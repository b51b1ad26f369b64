#!/usr/bin/env python3
"""Speed and memory of `hinomi replay` on one capture, beside Suricata's where it is installed.

usage: bench.py --hinomi BIN --capture FILE [--rules FILE] [--runs N] [--json FILE] [--only hinomi|suricata] [--callgrind FILE]

Both read the same file with the same rules, networks and logging (EVE JSON to a file), one packet thread each, in turns,
N times. What loading the rules costs is taken off, so that Gbit/s per core is bits over CPU seconds (user and system)
spent on traffic. Suricata says when it has loaded: what it had used by then counts as loading, in the same run, since
its loading takes longer than the work and differs by seconds from run to run. Ours loads in a second, and is measured on
a capture of one packet. The medians are printed. Our own rules, which a sensor has beside those it is given, are left out.
"""
import argparse, gzip, json, os, shutil, statistics, struct, subprocess, sys, tempfile, time

NETWORKS = '[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]'
# The variables of `hinomi replay`, so that both engines group and judge the same rules.
VARIABLES = {
    'HOME_NET': NETWORKS, 'EXTERNAL_NET': '!$HOME_NET', 'HTTP_SERVERS': '$HOME_NET', 'SMTP_SERVERS': '$HOME_NET',
    'SQL_SERVERS': '$HOME_NET', 'DNS_SERVERS': '$HOME_NET', 'TELNET_SERVERS': '$HOME_NET', 'DC_SERVERS': '$HOME_NET',
    'AIM_SERVERS': '$EXTERNAL_NET',
}
PORTS = {'HTTP_PORTS': '80', 'SHELLCODE_PORTS': '!80', 'ORACLE_PORTS': '1521', 'SSH_PORTS': '22', 'FTP_PORTS': '21',
         'FILE_DATA_PORTS': '[$HTTP_PORTS,110,143]'}


def hinomi(binary, capture, rules, out):
    # Our own rules beside the given ones would be more than the peer looks for.
    return [binary, 'replay', '--workers', '1', '--ignore-checksums', '--no-own-rules', '--out', out,
            *(['--rules', rules] if rules else []), capture]


def suricata(binary, capture, rules, out):
    command = [binary, '-c', '/etc/suricata/suricata.yaml', '-r', capture, '-l', out, '-k', 'none', '--runmode', 'single',
               '-S', rules or '/dev/null']
    for group, names in (('address-groups', VARIABLES), ('port-groups', PORTS)):
        for name, value in names.items():
            command += ['--set', f'vars.{group}.{name}={value}']
    return command


def cpu_so_far(pid):
    """CPU seconds that a running process has used (proc(5), fields 14 and 15 of stat)."""
    with open(f'/proc/{pid}/stat') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def measure(command, ready=None):
    """Wall and CPU seconds and peak resident MiB of a command; ends the script where the command fails. Where it says
    `ready`, `load_wall` and `load_cpu` are what it took until then."""
    begun = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, loaded = [], {}
    for line in child.stdout:
        said = said[-50:] + [line.decode(errors='replace')]
        if ready and ready in said[-1] and not loaded:
            loaded = {'load_wall': time.monotonic() - begun, 'load_cpu': cpu_so_far(child.pid)}
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - begun
    if status != 0 or (ready and not loaded):
        sys.exit(f'{" ".join(command)} ended with {status}:\n{"".join(said)}')
    return {'wall': wall, 'cpu': used.ru_utime + used.ru_stime, 'mib': used.ru_maxrss / 1024, **loaded}


def counts(path):
    """Packets and bytes on the wire of a pcap file."""
    opener = gzip.open if path.endswith('.gz') else open
    packets = octets = 0
    with opener(path, 'rb') as file:
        magic = file.read(24)[:4]
        order = {b'\xd4\xc3\xb2\xa1': '<', b'\x4d\x3c\xb2\xa1': '<', b'\xa1\xb2\xc3\xd4': '>', b'\xa1\xb2\x3c\x4d': '>'}.get(magic)
        if order is None:
            sys.exit(f'{path} is no pcap file; bench reads plain pcap only')
        while len(head := file.read(16)) == 16:
            kept, length = struct.unpack(order + '8xII', head)
            file.seek(kept, os.SEEK_CUR)
            packets, octets = packets + 1, octets + length
    return packets, octets


def bench(contenders, capture, rules, runs, folder):
    """Runs all contenders in turns; figures by name."""
    idle = os.path.join(folder, 'idle.pcap')
    with open(idle, 'wb') as file:
        # One Ethernet frame that means nothing: a capture without any is an error for some.
        file.write(struct.pack('<IHHiIIIIIII60x', 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1, 1_700_000_000, 0, 60, 60))
    taken = {name: [] for name, _, _, _ in contenders}
    for run in range(runs):
        for name, command, binary, ready in contenders:
            out = tempfile.mkdtemp(dir=folder)
            taken[name].append(row := measure(command(binary, capture, rules, out), ready))
            shutil.rmtree(out)
            if not ready:
                load = measure(command(binary, idle, rules, tempfile.mkdtemp(dir=folder)))
                row.update(load_wall=load['wall'], load_cpu=load['cpu'])
            print(f'  run {run + 1}: {name} {row["wall"]:.1f} s, CPU {row["cpu"]:.1f} s, of them {row["load_cpu"]:.1f} s '
                  f'loading, {row["mib"]:.0f} MiB', file=sys.stderr)
    return taken


def summary(rows, packets, octets):
    middle = lambda of: statistics.median(of(row) for row in rows)
    cpu = max(middle(lambda row: row['cpu'] - row['load_cpu']), 1e-9)
    return {'load_s': middle(lambda row: row['load_wall']), 'wall_s': middle(lambda row: row['wall']), 'cpu_s': cpu,
            'gbit_s_core': octets * 8 / cpu / 1e9, 'packets_s_core': packets / cpu, 'mib': middle(lambda row: row['mib'])}


def instructions(command):
    """Instructions that a command executes, counted by callgrind."""
    with tempfile.TemporaryDirectory() as folder:
        told = subprocess.run(['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/out', *command],
                              capture_output=True, text=True)
        with open(f'{folder}/out') as file:
            totals = [line for line in file if line.startswith(('totals:', 'summary:'))]
    if told.returncode or not totals:
        sys.exit(f'callgrind failed:\n{told.stderr[-2000:]}')
    return int(totals[-1].split()[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--hinomi', required=True)
    parser.add_argument('--capture', required=True)
    parser.add_argument('--rules')
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--json')
    parser.add_argument('--only', choices=['hinomi', 'suricata'])
    parser.add_argument('--callgrind', help='a small capture on which instructions are counted')
    asked = parser.parse_args()
    peer = shutil.which('suricata')
    contenders = [('hinomi', hinomi, asked.hinomi, None)] + ([('suricata', suricata, peer, 'Engine started')] if peer else [])
    contenders = [one for one in contenders if asked.only in (None, one[0])]
    if not peer:
        print('suricata is not installed here: measuring ours alone', file=sys.stderr)
    packets, octets = counts(asked.capture)
    results = {'capture': os.path.basename(asked.capture), 'packets': packets, 'bytes': octets, 'runs': asked.runs}
    print(f'{packets:,} packets, {octets / 1e6:,.0f} MB, {asked.runs} runs in turns')
    for title, rules in ([('all rules', asked.rules)] if asked.rules else []) + [('no rules', None)]:
        with tempfile.TemporaryDirectory() as folder:
            taken = bench(contenders, asked.capture, rules, asked.runs, folder)
        figures = results[title] = {name: summary(taken[name], packets, octets) for name in taken}
        print(f'\n{title:<12}{"load s":>9}{"wall s":>9}{"CPU s":>9}{"Gbit/s/core":>13}{"packets/s/core":>16}{"MiB":>7}')
        for name, row in figures.items():
            print(f'{name:<12}{row["load_s"]:9.1f}{row["wall_s"]:9.1f}{row["cpu_s"]:9.1f}{row["gbit_s_core"]:13.2f}'
                  f'{row["packets_s_core"]:16,.0f}{row["mib"]:7.0f}')
        if len(figures) == 2:
            print(f'ratio        {figures["hinomi"]["gbit_s_core"] / figures["suricata"]["gbit_s_core"]:.2f} x')
    if asked.callgrind:
        with tempfile.TemporaryDirectory() as folder:
            results['instructions'] = instructions(hinomi(asked.hinomi, asked.callgrind, None, folder))
        print(f'\ninstructions on {os.path.basename(asked.callgrind)}: {results["instructions"]:,}')
    if asked.json:
        with open(asked.json, 'w') as file:
            json.dump(results, file, indent=1)


if __name__ == '__main__':
    main()
