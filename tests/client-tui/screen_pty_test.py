"""Presses keys in a real terminal emulator and reads the screen back.

Usage: screen_pty_test.py FEDWATT FAKE_HUB
"""

import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from terminal import Terminal  # noqa: E402

FEDWATT = sys.argv[1]
FAKE_HUB = sys.argv[2]


class Hub:
    def __init__(self, *options):
        self.process = subprocess.Popen([sys.executable, FAKE_HUB, *options],
                                        stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()
        self.url = f"ws://127.0.0.1:{self.port}"

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class ScreenTest(unittest.TestCase):
    def setUp(self):
        self.hub = Hub("--rounds", "1000", "--round-s", "0.1")

    def tearDown(self):
        self.hub.stop()

    def open(self, *arguments, **size):
        return Terminal(FEDWATT, ["--hub", self.hub.url, *arguments], **size)

    def test_opens_a_run_pauses_it_and_sees_all_acknowledge(self):
        terminal = self.open()
        terminal.wait_for("fedwatt  runs", "● live", "● running", "digits")
        terminal.press("\r")
        terminal.wait_for("accuracy against gCO2e", "◆ aggregator", "hospital-4")
        terminal.press("p")
        terminal.wait_for("Pause this run?", "r-7f3a21c0", "5 of 5 online", "Cancel")
        terminal.press("\r")  # Cancel is the default
        terminal.wait_for("● running", absent=["Pause this run?"])
        terminal.press("p")
        terminal.wait_for("Pause this run?")
        terminal.press("y")
        terminal.wait_for("◐ pausing", "of 5 acknowledged", "waiting for")
        terminal.wait_for("‖ paused", "5 of 5 acknowledged", absent=["waiting for"])
        terminal.press("r")
        terminal.wait_for("Resume this run?")
        terminal.press("y")
        terminal.wait_for("● running", "resume by", "5 of 5 acknowledged")
        terminal.press("q")
        terminal.assert_left_cleanly(0)

    def test_stop_takes_the_typed_name(self):
        terminal = self.open("digits", columns=80, lines=24)
        terminal.wait_for("● running", "hospital-1")
        terminal.press("s")
        terminal.wait_for("Stop this run?")
        terminal.press("digit\r")
        terminal.wait_for("Stop this run?", "> digit")
        terminal.press("s\r")
        terminal.wait_for("■ stopped", "5 of 5 acknowledged")
        terminal.press("q")
        terminal.assert_left_cleanly(0)

    def test_loses_the_hub_and_gets_it_back(self):
        terminal = self.open("digits")
        terminal.wait_for("● live", "● running")
        self.hub.stop()
        terminal.wait_for("reconnecting for", "digits", "hospital-1")
        self.hub = Hub("--port", self.hub.port, "--rounds", "1000", "--round-s", "0.1")
        terminal.wait_for("● live")
        terminal.press("q")
        terminal.assert_left_cleanly(0)

    def test_the_mouse_opens_a_run_and_reads_a_value_off_its_curve(self):
        terminal = self.open()
        shown = terminal.wait_for("● running", "digits")
        row = next(i for i, line in enumerate(shown.splitlines()) if "digits" in line)
        terminal.click(20, row)  # the only run is selected already
        terminal.wait_for("accuracy against gCO2e", "●")
        # A reading of the nearest round's values where the pointer is in the curve, else none.
        terminal.point_at(3, 0)
        terminal.wait_for("accuracy against gCO2e", absent=["round 1 ·"])
        terminal.point_at(12, 8)
        terminal.wait_for("round 1 ·")
        terminal.point_at(3, 0)
        terminal.wait_for("accuracy against gCO2e", absent=["round 1 ·"])
        terminal.press("q")
        terminal.assert_left_cleanly(0)
        self.assertIn(b"\x1b[?1003h", terminal.raw)
        self.assertGreater(terminal.raw.rfind(b"\x1b[?1003l"), terminal.raw.rfind(b"\x1b[?1003h"))

    def test_a_workers_page_the_log_and_what_is_kept_of_it(self):
        terminal = self.open("digits")
        terminal.wait_for("● running", "hospital-1")
        terminal.press("\r")
        terminal.wait_for("fedwatt  worker", "aggregator")
        terminal.press("j")
        terminal.wait_for("fedwatt  worker", "hospital-1")
        terminal.press("\x1b")
        terminal.wait_for("accuracy against gCO2e")
        terminal.press("l")
        terminal.wait_for("fedwatt  log", "commands,")
        kept = pathlib.Path(terminal.folder.name, "log.jsonl")
        terminal.press(f":export {kept}\r")
        terminal.wait_for("lines are in")
        lines = [json.loads(line) for line in kept.read_text().splitlines()]
        self.assertTrue(lines)
        self.assertLessEqual({line["type"] for line in lines}, {"event", "command_status"})
        terminal.press(f":export {kept}\r")
        terminal.wait_for("is there already")
        terminal.press("q")
        terminal.assert_left_cleanly(0)

    def test_what_was_chosen_is_there_the_next_time(self):
        terminal = self.open("digits")
        terminal.wait_for("accuracy against gCO2e")
        terminal.press("x")
        terminal.wait_for("accuracy against round")
        terminal.press("q")
        terminal.assert_left_cleanly(0)
        again = self.open("digits", environment={"XDG_CONFIG_HOME": terminal.folder.name})
        again.wait_for("accuracy against round")
        again.press("q")
        again.assert_left_cleanly(0)

    def test_the_mouse_can_be_left_to_the_terminal(self):
        terminal = self.open("--no-mouse")
        terminal.wait_for("● running")
        terminal.press("q")
        terminal.assert_left_cleanly(0)
        self.assertNotIn(b"\x1b[?1003h", terminal.raw)

    def test_commands_are_typed_completed_and_refused(self):
        terminal = self.open()
        terminal.wait_for("● running", "digits")
        terminal.press(":")
        terminal.wait_for("compare  export")
        terminal.press("ru\t\t")
        terminal.press(" nobody\r")
        terminal.wait_for('no run is called "nobody"')
        terminal.press(":run dig\t\r")
        terminal.wait_for("accuracy against gCO2e")
        terminal.press(":x round\r")
        terminal.wait_for("accuracy against round")
        terminal.press("\x1b")
        terminal.wait_for("fedwatt  runs")
        terminal.press("/nothing has this")
        terminal.wait_for("/nothing has this", absent=["● running"])
        terminal.press("\x1b")
        terminal.wait_for("● running")
        terminal.press("q")
        terminal.assert_left_cleanly(0)

    def test_a_readonly_screen_offers_no_commands(self):
        terminal = self.open("--readonly", "digits")
        shown = terminal.wait_for("● running", "? help")
        self.assertNotIn("pause", shown.splitlines()[-1])
        terminal.press("p?")
        shown = terminal.wait_for("Keys", absent=["Pause this run?"])
        self.assertNotIn("stop the run", shown)
        terminal.press("qq")
        terminal.assert_left_cleanly(0)

    def test_a_resize_redraws(self):
        terminal = self.open("digits")
        terminal.wait_for("╭─ accuracy against gCO2e")
        terminal.resize(80, 24)
        terminal.wait_for("── accuracy against gCO2e", absent=["╭─"])
        terminal.press("\x03")  # Ctrl-C
        terminal.assert_left_cleanly(0)

    def test_signals_give_the_terminal_back(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSEGV):
            with self.subTest(signal=number):
                terminal = self.open("digits")
                terminal.wait_for("● live")
                terminal.child.kill(number)
                crashed = number == signal.SIGSEGV
                terminal.assert_left_cleanly(None if crashed else 0)
                self.assertEqual(terminal.child.signalstatus, number if crashed else None)

    def test_leaves_by_itself_after_the_end(self):
        self.hub.stop()
        self.hub = Hub("--rounds", "3", "--round-s", "0.2")
        terminal = self.open("watch", "digits", "--until-end", "1")
        terminal.wait_for("✓ finished", "any key stays")
        terminal.assert_left_cleanly(0)

    def test_an_unknown_run_says_so(self):
        terminal = self.open("nothing")
        self.assertEqual(terminal.wait_for_exit(), 1)
        self.assertIn(b"No run is called nothing", terminal.raw)


unittest.main(argv=sys.argv[:1], verbosity=2)
