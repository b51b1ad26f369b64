"""Runs Suricata over captures, each in a run of its own within one process, and yields its alerts.

Used by parity.py. Suricata's unix-socket mode loads the rules once; commands and answers are JSON lines
(Suricata userguide, "Interacting via Unix Socket").
"""
import json
import os
import shutil
import socket
import subprocess
import time

START_SECONDS_MAX = 600
CAPTURE_SECONDS_MAX = 120


class Peer:
    """A running Suricata that takes captures one after the other."""

    def __init__(self, rules, folder, runmode=None, settings=()):
        self.folder = os.path.abspath(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        path = os.path.join(self.folder, "s.sock")
        command = ["suricata", "-k", "none", "-S", rules, "-l", self.folder, "--unix-socket=" + path]
        if runmode:
            command += ["--runmode", runmode]
        for setting in settings:
            command += ["--set", setting]
        log = open(os.path.join(self.folder, "console.txt"), "w")
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self.socket = self._connect(path)
            self._ask({"version": "0.2"})
        except BaseException:
            self.process.kill()
            raise

    def _connect(self, path):
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise SystemExit("suricata ended before it was ready; see " + self.folder)
            try:
                client = socket.socket(socket.AF_UNIX)
                client.connect(path)
                return client
            except OSError:
                client.close()
                time.sleep(0.2)
        raise SystemExit("suricata was not ready in time; see " + self.folder)

    def _ask(self, message):
        self.socket.sendall((json.dumps(message) + "\n").encode())
        answer = b""
        while True:
            part = self.socket.recv(65536)
            if not part:
                raise SystemExit("suricata closed its socket; see " + self.folder)
            answer += part
            try:
                return json.loads(answer)
            except ValueError:
                continue

    def _command(self, name, **arguments):
        message = {"command": name}
        if arguments:
            message["arguments"] = arguments
        return self._ask(message).get("message")

    def run(self, captures):
        """Reads all captures; the folder of each one's output, in their order."""
        folders = []
        for number, capture in enumerate(captures):
            folder = os.path.join(self.folder, str(number))
            os.makedirs(folder)
            folders.append(folder)
            self._command("pcap-file", **{"filename": os.path.abspath(capture), "output-dir": folder})
        until = time.monotonic() + CAPTURE_SECONDS_MAX * max(1, len(captures))
        while time.monotonic() < until:
            waiting = self._command("pcap-file-number")
            current = self._command("pcap-current")
            if waiting == 0 and current in (None, "None"):
                return folders
            time.sleep(0.1)
        raise SystemExit("suricata did not end in time; see " + self.folder)

    def close(self):
        try:
            self._command("shutdown")
            self.process.wait(30)
        except (OSError, SystemExit, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


def events(folder):
    """What Suricata wrote about one capture."""
    path = os.path.join(folder, "eve.json")
    if not os.path.exists(path):
        return
    with open(path, errors="replace") as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue
