"""Runs the demo over the built programs: demo_test.py DEMO BIN_DIR [unittest's arguments].

Every process that a demo starts inherits a mark in its environment, so that a test can tell whether
one is left, and ends only those that are its own.
"""

import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

DEMO = BIN_DIR = None
DEADLINE_S = 120  # generous: it ends a test that has failed
QUICK = ["--hidden", "16", "--local-epochs", "1"]
RUN = "fashion-mnist"


class DemoTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name) / "demo data"  # names with spaces must work, too
        self.mark = f"FEDWATT_DEMO_TEST={uuid.uuid4()}"
        name, value = self.mark.split("=")
        self.environment = {**os.environ, name: value, "TERM": "xterm-256color"}
        self.addCleanup(self.kill_leftovers)

    def leftovers(self):
        """Process ids and commands that carry our mark."""
        found = {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if command:  # a zombie has none
                        found[int(folder.name)] = command
            except OSError:
                pass  # it ended while we looked, or is somebody else's
        return found

    def kill_leftovers(self):
        for process in self.leftovers():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def eventually(self, condition, what):
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"not in {DEADLINE_S} s: {what}")
            time.sleep(0.02)

    def command(self, *arguments):
        return [str(DEMO), str(BIN_DIR), "--data", str(self.data), *QUICK, *arguments]

    def start(self, *arguments):
        process = subprocess.Popen(self.command("--port", "0", *arguments), env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def finish(self, *arguments):
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=DEADLINE_S)
        return process.returncode, output

    def log(self, name):
        path = self.data / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for_round(self, number):
        self.eventually(lambda: f"round {number}/" in self.log("coordinator"), f"round {number}")

    def accuracies(self):
        return re.findall(r"^round \d+/\d+ accuracy (\S+)", self.log("coordinator"), re.MULTILINE)

    # ---- it runs ----

    def test_runs_to_its_end(self):
        status, output = self.finish("--rounds", "3")
        self.assertEqual(status, 0, output)
        self.assertEqual(self.leftovers(), {})
        accuracies = self.accuracies()
        self.assertEqual(len(accuracies), 3, self.log("coordinator"))
        self.assertGreater(float(accuracies[-1]), 0.5)
        # The closing table has the coordinator's last accuracy, and grams.
        self.assertRegex(output, rf"\b{100 * float(accuracies[-1]):.1f}|{accuracies[-1][:5]}")
        self.assertIn("gCO2e", output)
        for round_number in (1, 2, 3):
            self.assertRegex(output, rf"(?m)^.*\b{round_number}\b")
        self.assertIn(f"sqlite:{self.data}/fedwatt.sqlite", output)
        self.assertIn(f"watch {RUN}", output)
        model = (self.data / "model.bin").read_bytes()
        head, _, weights = model.partition(b"\n")
        self.assertEqual(head, b"mlp 784 16 10")
        self.assertEqual(len(weights), 4 * (785 * 16 + 17 * 10))

    def test_same_seed_same_accuracies_and_a_second_run_in_the_same_folder(self):
        status, output = self.finish("--rounds", "2", "--seed", "5")
        self.assertEqual(status, 0, output)
        first = self.accuracies()
        status, output = self.finish("--rounds", "2", "--seed", "5")
        self.assertEqual(status, 0, output)
        self.assertNotIn("cut off", output)
        self.assertEqual(self.accuracies(), first)
        self.assertEqual(len(first), 2)

    # ---- it is ended ----

    def interrupt(self, process, *signals):
        for number in signals:
            process.send_signal(number)
        output, _ = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 128 + signals[0], output)
        self.assertEqual(self.leftovers(), {})
        return output

    def test_sigint_in_the_middle_leaves_nothing(self):
        process = self.start("--rounds", "1000")
        self.wait_for_round(2)
        self.assertIn("Interrupted", self.interrupt(process, signal.SIGINT))

    def test_sigterm_twice_leaves_nothing(self):
        process = self.start("--rounds", "1000")
        self.wait_for_round(1)
        self.interrupt(process, signal.SIGTERM, signal.SIGTERM)

    def test_sigint_during_start_up_leaves_nothing(self):
        for name in ("hub", "coordinator", "worker-fr", "worker-se"):
            with self.subTest(name):
                process = self.start("--rounds", "1000")
                self.eventually(lambda: (self.data / f"{name}.log").exists(), f"{name} starts")
                self.interrupt(process, signal.SIGINT, signal.SIGINT)
                for log in self.data.glob("*.log"):
                    log.unlink()

    def test_sigkill_takes_the_children_along(self):
        process = self.start("--rounds", "1000")
        self.wait_for_round(1)
        process.kill()
        process.wait()
        self.eventually(lambda: not self.leftovers(), "the children end")
        status, output = self.finish("--rounds", "1")
        self.assertEqual(status, 0, output)
        self.assertIn("The last demo was cut off", output)
        self.assertEqual(len(self.accuracies()), 1)

    def test_ctrl_c_while_the_viewer_has_the_terminal(self):
        process, terminal = pty.fork()
        if process == 0:
            command = self.command("--port", "0", "--rounds", "1000")
            os.execve(command[0], command, self.environment)
        self.addCleanup(os.close, terminal)
        output = b""
        status = None
        sent = False
        deadline = time.monotonic() + DEADLINE_S
        while status is None:
            self.assertLess(time.monotonic(), deadline, output)
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    output += os.read(terminal, 65536)
                except OSError:  # the other end is closed
                    pass
            if not sent and "round 2/" in self.log("coordinator"):
                os.write(terminal, b"\x03")
                sent = True
            ended, wait_status = os.waitpid(process, os.WNOHANG)
            status = wait_status if ended else None
        self.assertEqual(os.waitstatus_to_exitcode(status), 128 + signal.SIGINT, output)
        self.assertEqual(self.leftovers(), {})

    # ---- something is wrong ----

    def test_a_taken_port_is_one_sentence(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            status, output = self.finish("--port", str(port))
        self.assertEqual(status, 1)
        self.assertRegex(output, rf"^Port {port} .*--port\.\n$")

    def test_missing_programs_are_one_sentence(self):
        command = self.command()
        command[1] = str(self.data)
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^.*fedwatt-hub is not there: .*\n$")

    def test_a_damaged_data_set_is_named(self):
        damaged = self.data.parent / "damaged"
        damaged.mkdir()
        (damaged / "t10k-images-idx3-ubyte.gz").write_bytes(b"no idx file")
        status, output = self.finish("--dataset", str(damaged))
        self.assertEqual(status, 1)
        self.assertIn("t10k-images-idx3-ubyte.gz is damaged", output)
        self.assertEqual(self.leftovers(), {})

    def test_a_worker_that_dies_is_told_and_the_others_go_on(self):
        process = self.start("--rounds", "6")
        self.wait_for_round(1)
        worker = next(p for p, command in self.leftovers().items() if "--name worker-pl" in command)
        os.kill(worker, signal.SIGKILL)
        output, _ = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 1, output)
        self.assertIn("worker-pl ended with status -9", output)
        self.assertEqual(len(self.accuracies()), 6)
        self.assertEqual(self.leftovers(), {})

    def test_a_hub_that_dies_ends_the_demo(self):
        process = self.start("--rounds", "1000")
        self.wait_for_round(1)
        hub = next(p for p, command in self.leftovers().items() if "--database" in command)
        os.kill(hub, signal.SIGKILL)
        output, _ = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 1, output)
        self.assertIn("hub ended too early", output)
        self.assertEqual(self.leftovers(), {})

    def test_two_demos_in_one_folder(self):
        process = self.start("--rounds", "1000")
        self.wait_for_round(1)
        status, output = self.finish("--rounds", "1")
        self.assertEqual(status, 1)
        self.assertRegex(output, r"^Another demo uses .*\n$")
        self.interrupt(process, signal.SIGINT)


if __name__ == "__main__":
    DEMO, BIN_DIR = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
