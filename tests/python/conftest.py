"""The wheel under test, and a hub for it to talk to."""

import os
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from hub import TIMEOUT_S, Hub, clean_environment, die_with_parent, until  # noqa: E402

WHEEL = Path(os.environ["FEDWATT_WHEEL"])
VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")


# What the tests import is what is in the wheel.
UNPACKED = tempfile.TemporaryDirectory(prefix="fedwatt-wheel-")
zipfile.ZipFile(WHEEL).extractall(UNPACKED.name)
sys.path.insert(0, UNPACKED.name)


def pytest_unconfigure():
    UNPACKED.cleanup()


class WatchedHub(Hub):
    """A hub, and the commands that an operator would give."""

    def viewer(self, *arguments):
        """Runs `fedwatt`, which must succeed."""
        done = subprocess.run([VIEWER, *arguments, "--hub", self.url()], env=clean_environment(),
                              timeout=2 * TIMEOUT_S, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout

    def command(self, action, run, *more):
        """Gives it, and returns when all workers have acknowledged."""
        self.viewer(action, run, "--reason", "a test", *more)

    def has(self, path):
        return self.get(path)[0] == 200

    def state(self, run):
        return self.json(f"/api/v1/runs/{run}")["run"]["state"]

    def becomes(self, run, state):
        until(lambda: self.state(run) == state, f"state {state}")

    def rounds(self, run):
        return self.json(f"/api/v1/runs/{run}/rounds")

    def farewell(self, run):
        """Waits until a worker has said bye; the hub's sentence about the first who did."""
        def left():
            events = self.json(f"/api/v1/runs/{run}")["events"]
            return [event["message"] for event in events if event["kind"] == "worker_left"]

        until(left, "a bye")
        return left()[0]


@pytest.fixture
def make_hub(tmp_path):
    hubs = []

    def make(number=0):
        hub = WatchedHub(f"sqlite:{tmp_path}/hub-{number}.db", tmp_path / f"hub-{number}.log")
        hubs.append(hub)
        return hub

    yield make
    for hub in hubs:
        hub.dispose()


@pytest.fixture
def hub(make_hub):
    return make_hub().start()


class Program:
    """A Python program with the wheel on its path."""

    def __init__(self, arguments, environment, folder):
        self.process = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=die_with_parent,
            env=clean_environment(PYTHONPATH=UNPACKED.name, PYTHONUNBUFFERED="1", **environment))

    def line(self):
        """Waits for the next line of its output."""
        return self.process.stdout.readline().rstrip("\n")

    def end(self):
        """Waits for its end; what it wrote since the last line()."""
        try:
            output, self.errors = self.process.communicate(timeout=3 * TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not end\n{self.process.communicate()}") from None
        return output

    def ends_well(self):
        output = self.end()
        assert self.process.returncode == 0, self.errors
        return output


@pytest.fixture
def run_python(tmp_path):
    """Runs a script (its text) or a file (a Path) with FEDWATT_HUB set to the hub's."""
    programs = []

    def run(script, *arguments, hub=None, **environment):
        if hub is not None:
            environment["FEDWATT_HUB"] = hub.url()
        start = [str(script)] if isinstance(script, Path) else ["-c", textwrap.dedent(script)]
        programs.append(Program([*start, *arguments], environment, tmp_path))
        return programs[-1]

    yield run
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()
            program.process.communicate()


@pytest.fixture
def no_hub():
    """An address where nobody listens."""
    return "ws://127.0.0.1:1"
