"""The hub under test: the real program, started, watched, killed and stopped."""

import ctypes
import json
import os
import re
import select
import signal
import subprocess
import time
import urllib.error
import urllib.request

PROGRAM = os.environ.get("FEDWATT_HUB_PROGRAM", "fedwatt-hub")
# A build with sanitizers is several times as slow.
TIME_FACTOR = float(os.environ.get("FEDWATT_TIME_FACTOR", "1"))
TIMEOUT_S = 20 * TIME_FACTOR  # for everything that is merely waited for
STOP_LIMIT_S = 5 * TIME_FACTOR  # what is promised for SIGTERM and SIGINT
# What a sanitizer or a C++ program that breaks writes to standard error.
BROKEN = re.compile(rb"Sanitizer|runtime error:|terminate called|Assertion .* failed|core dumped")
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Runs in the child: even if pytest is killed, no hub is left over."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def until(condition, what, timeout_s=TIMEOUT_S):
    """Polls a condition outside any event loop."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)


class Hub:
    """One hub process after another on the same database: start, stop or kill, start again."""

    def __init__(self, database, log_path, options=(), authority=None):
        """With an authority it speaks TLS, with a certificate of that."""
        self.database = database
        self.authority = authority
        self.options = [*authority.hub_options(), *options] if authority else list(options)
        self.process = None
        self.port = None
        self._log_path = log_path

    # ---- life ----

    def start(self, wait_ready=True, port=0):
        self.launch(port)
        self.port = self._read_port()
        if wait_ready:
            until(self.ready, "readyz")
        return self

    def launch(self, port, user=None):
        """Starts it, as that user, and does not wait for it to be up."""
        assert self.process is None
        self.port = port
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--listen", f"127.0.0.1:{port}", "--database", self.database, *self.options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                preexec_fn=None if user else die_with_parent, user=user, env=clean_environment())

    def until_up(self):
        assert self._read_port() == self.port
        until(self.ready, "readyz")

    def stop(self, signal_number=signal.SIGTERM):
        """Stops it as an operator would, and holds it to its promise."""
        self.process.send_signal(signal_number)
        try:
            status = self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the hub did not stop within {STOP_LIMIT_S} s\n{self.log()}") from None
        self._gone()
        assert status == 0, f"exit status {status}\n{self.log()}"

    def kill(self):
        """As if the power had failed."""
        self.process.kill()
        self.process.wait()
        self._gone()

    def restart(self):
        self.stop()
        self.start()

    def dispose(self):
        """At the end of a test, whatever has become of it."""
        if self.process is not None:
            assert self.process.poll() is None, f"the hub died: {self.process.returncode}\n{self.log()}"
            self.stop()

    def _gone(self):
        self.process.stdout.close()
        self.process = None
        assert not BROKEN.search(self._log_path.read_bytes()), self.log()

    def _read_port(self):
        readable, _, _ = select.select([self.process.stdout], [], [], TIMEOUT_S)
        line = self.process.stdout.readline().decode() if readable else ""
        found = re.fullmatch(r"fedwatt-hub listening on 127\.0\.0\.1:(\d+)\n", line)
        if not found:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the hub did not start; it printed {line!r}\n{self.log()}")
        return int(found.group(1))

    def log_lines(self, part):
        """The lines of its log with this in them."""
        return [line for line in self._log_path.read_text(errors="replace").splitlines() if part in line]

    def log(self):
        return "hub's standard error:\n" + self._log_path.read_text(errors="replace")[-5000:]

    def url(self, scheme="ws"):
        """Where it is, for "ws" or "http"."""
        return f"{scheme}{'s' if self.authority else ''}://127.0.0.1:{self.port}"

    # ---- HTTP ----

    def get(self, path, headers=None):
        """Status, body and content type of a GET."""
        request = urllib.request.Request(f"{self.url('http')}{path}", headers=headers or {})
        tls = self.authority and self.authority.client()
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=tls) as answer:
                return answer.status, answer.read().decode(), answer.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers["Content-Type"]

    def json(self, path):
        status, body, content_type = self.get(path)
        assert status == 200, (path, status, body)
        assert content_type.startswith("application/json")
        return json.loads(body)

    def ready(self):
        return self.get("/readyz")[0] == 200


def clean_environment(**extra):
    """The environment without settings of a hub that somebody else runs here, and without a proxy:
    all servers of the tests are on this machine."""
    kept = {key: value for key, value in os.environ.items()
            if not key.lower().endswith("_proxy")
            and (not key.startswith("FEDWATT_") or key in ("FEDWATT_TIME_FACTOR",))}
    return {**kept, **extra}
