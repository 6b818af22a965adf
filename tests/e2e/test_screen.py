"""The viewer's screen in a terminal emulator, beside the real hub and nine real trainings."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from hub import TIMEOUT_S, clean_environment, die_with_parent, until  # noqa: E402
from terminal import Terminal  # noqa: E402

VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
TRAINING = os.environ.get("FEDWATT_C_MINIMAL_PROGRAM", "c_minimal")
RUN = "c-minimal"


@pytest.fixture
def trainings(hub):
    """Nine programs that train through libfedwatt until they are told to stop."""
    programs = [subprocess.Popen([TRAINING, hub.url(), f"hospital-{number}", str(10**9)],
                                 env=clean_environment(), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
                for number in range(1, 10)]
    yield programs
    for program in programs:
        program.kill()
        program.wait()


@pytest.fixture
def screen(hub, tmp_path):
    terminals = []

    def make(*arguments, **size):
        terminals.append(Terminal(
            VIEWER, ["--hub", hub.url(), "--name", "ada", *arguments], deadline_s=TIMEOUT_S * 2,
            environment={"XDG_CONFIG_HOME": str(tmp_path)}, **size))
        return terminals[-1]

    yield make
    for terminal in terminals:
        with contextlib.suppress(OSError):
            terminal.child.close(force=True)


def test_a_run_is_paused_resumed_and_stopped_by_nine_of_nine(hub, trainings, screen):
    terminal = screen(lines=50)
    terminal.wait_for("runs", "● live", "● running", RUN, "9/9")
    terminal.press("\r")
    terminal.wait_for("against gCO2e", "hospital-1", "hospital-9")
    terminal.press("p")
    terminal.wait_for("Pause this run?", "9 of 9 online", "Cancel")
    terminal.press("y")
    terminal.wait_for("‖ paused", "pause by ada", "9 of 9 acknowledged", absent=["waiting for"])

    terminal.press("r")
    terminal.wait_for("Resume this run?", "paused by")
    terminal.press("y")
    terminal.wait_for("● running", "resume by ada", "9 of 9 acknowledged")

    # The hub dies and comes back at the same place: nothing is lost, and nothing has to be pressed.
    hub.kill()
    terminal.wait_for("reconnecting for", "hospital-1")
    hub.start(port=hub.port)
    terminal.wait_for("● live", "● running", "9/9")

    terminal.resize(80, 24)
    terminal.wait_for("── accuracy against gCO2e", absent=["╭─"])
    terminal.resize(200, 60)
    terminal.wait_for("╭─ accuracy against gCO2e", "Figures", "Events")

    terminal.press("s")
    terminal.wait_for("Stop this run?", "type its name")
    terminal.press("c-mini\r")
    terminal.wait_for("Stop this run?", "> c-mini")
    terminal.press("mal\r")
    terminal.wait_for("■ stopped", "stop by ada", "9 of 9 acknowledged")
    for training in trainings:
        assert training.wait(TIMEOUT_S) == 0
    terminal.press("q")
    terminal.assert_left_cleanly(0)

    kept = hub.json(f"/api/v1/runs/{RUN}")["commands"]
    assert [(each["action"], each["issued_by"], len(each["acknowledged"])) for each in kept] == [
        ("pause", "ada", 9), ("resume", "ada", 9), ("stop", "ada", 9)]


def test_a_frozen_picture_stands_still_and_loses_nothing(hub, trainings, screen):
    terminal = screen(RUN)
    terminal.wait_for("● running", "hospital-9")
    terminal.press("f")
    terminal.wait_for("▮ frozen")
    held = hub.json(f"/api/v1/runs/{RUN}")["run"]["rounds_closed"]

    def closed():
        return hub.json(f"/api/v1/runs/{RUN}")["run"]["rounds_closed"]

    before = terminal.text().splitlines()[2:-1]
    until(lambda: closed() >= held + 3, "three rounds more")
    terminal.read()
    assert terminal.text().splitlines()[2:-1] == before
    terminal.press("f")
    terminal.wait_for("● live", absent=["frozen"])
    terminal.wait_for(f" {held + 2} ")
    terminal.press("q")
    terminal.assert_left_cleanly(0)
