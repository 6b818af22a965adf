"""A program in a terminal emulator: what it shows can be read, and keys be pressed."""

import os
import tempfile
import termios
import time

import pexpect
import pyte


class Terminal:
    def __init__(self, program, arguments, columns=120, lines=40, environment=None, deadline_s=30):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.deadline_s = deadline_s
        # A new terminal's modes; the child's own may be changed before they could be read.
        fresh, other_end = os.openpty()
        self.modes_before = termios.tcgetattr(fresh)
        os.close(fresh)
        os.close(other_end)
        self.folder = tempfile.TemporaryDirectory(prefix="fedwatt-terminal-")  # its preferences
        self.child = pexpect.spawn(
            str(program), [str(each) for each in arguments], dimensions=(lines, columns),
            env={"TERM": "xterm-256color", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                 "XDG_CONFIG_HOME": self.folder.name, **(environment or {})})

    def read(self):
        try:
            data = self.child.read_nonblocking(65536, timeout=0.1)
            self.raw += data
            self.stream.feed(data)
        except pexpect.TIMEOUT:
            pass

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, *words, absent=()):
        """Reads until all of these are on the screen and none of those; returns the screen."""
        end = time.monotonic() + self.deadline_s
        while time.monotonic() < end:
            self.read()
            shown = self.text()
            if all(word in shown for word in words) and not any(word in shown for word in absent):
                return shown
        raise AssertionError(f"no {words} without {absent} in\n{self.text()}")

    def press(self, keys):
        self.child.send(keys)

    def click(self, column, line):
        """With the left button; the upper left cell is 0, 0."""
        for action in "Mm":
            self.press(f"\x1b[<0;{column + 1};{line + 1}{action}")

    def point_at(self, column, line):
        self.press(f"\x1b[<35;{column + 1};{line + 1}M")

    def resize(self, columns, lines):
        self.screen.resize(lines, columns)
        self.child.setwinsize(lines, columns)

    def wait_for_exit(self):
        """Its exit status; none if a signal ended it."""
        end = time.monotonic() + self.deadline_s
        while time.monotonic() < end:
            try:
                self.read()
            except pexpect.EOF:
                self.child.wait()
                return self.child.exitstatus
        raise AssertionError("still running:\n" + self.text())

    def assert_left_cleanly(self, status):
        assert self.wait_for_exit() == status, self.text()
        assert b"\x1b[?1049l" in self.raw, "the alternate screen is left"
        assert b"\x1b[?25h" in self.raw, "the cursor is visible"
        assert termios.tcgetattr(self.child.child_fd) == self.modes_before
