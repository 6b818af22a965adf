"""The servers that are measured and the load that measures them, as processes that never outlive us."""

import ctypes
import json
import os
import re
import resource
import select
import signal
import subprocess
import time
import urllib.error
import urllib.request

PR_SET_PDEATHSIG = 1
START_LIMIT_S = 60


class Failure(Exception):
    """Told to the user in one sentence."""


def allow_many_descriptors():
    """Ten thousand connections are ten thousand descriptors on either side."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """A process that prints 'NAME listening on 127.0.0.1:PORT' when it is there."""

    def __init__(self, command, folder=None, environment=None):
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, preexec_fn=_die_with_parent)
        try:
            self.port = self._read_port(command)
        except BaseException:
            self.stop()
            raise

    def _read_port(self, command):
        readable, _, _ = select.select([self.process.stdout], [], [], START_LIMIT_S)
        line = self.process.stdout.readline().decode() if readable else ""
        found = re.search(r" listening on 127\.0\.0\.1:(\d+)$", line.rstrip())
        if not found:
            raise Failure(f"{command[0]} does not start: what it said is above")
        return int(found.group(1))

    @property
    def pid(self):
        return self.process.pid

    def wait_ready(self, limit_s=600):
        """Seconds from its start until /readyz answers 200."""
        while time.monotonic() - self.started_at < limit_s:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=limit_s).close()
                return time.monotonic() - self.started_at
            except urllib.error.HTTPError:
                time.sleep(0.01)
        raise Failure(f"the hub was not ready within {limit_s} s")

    def peak_mb(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) * 1024 / 1e6

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.stop()


def load(program, server, dialect="plain", **options):
    """Runs the load generator against a server; its result. Options are those of the program."""
    command = [str(program), "--json", "--dialect", dialect, "--port", str(server.port),
               "--server-pid", str(server.pid)]
    for name, value in options.items():
        if value is not None:
            command += ["--" + name.replace("_", "-"), str(value)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          preexec_fn=_die_with_parent)
    if not done.stdout:
        raise Failure(done.stderr.strip() or f"{program} says nothing")
    result = json.loads(done.stdout)
    if result["missing"]:
        raise Failure(result["missing"])
    return result
