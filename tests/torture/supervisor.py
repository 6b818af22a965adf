"""The hub as a supervisor keeps it: started again whenever it is gone, and killed at will."""

import asyncio
import os
import re
import signal
import time
from collections import Counter

from hub import BROKEN, clean_environment, die_with_parent

FIRST_RETRY_S, LONGEST_RETRY_S = 0.05, 1.0
LISTENING = re.compile(rb"fedwatt-hub listening on 127\.0\.0\.1:(\d+)\n")
READ_BACK = re.compile(rb"(\d+) runs, (\d+) events read back")
# No worker is given up and no run abandoned while its hub is away, which here is most of the time.
OPTIONS = ["--worker-grace", "86400", "--worker-stale", "86400", "--run-abandon", "86400",
           "--round-deadline", "20", "--log-level", "info"]


class Supervisor:
    """Runs one hub after the other on the same store and tells `proxy` where it listens.

    `excused(since)` says whether a hub that was started at `since` may fail to start: something else
    was done to its store meanwhile. Any other end of a hub that we did not kill is its own fault.
    """

    def __init__(self, program, database, log_path, proxy, excused):
        self.counts = Counter()
        self.longest_gap_s = 0.0
        self.fault = None  # what a hub did that none may do
        self.port = None   # of the hub that listens now
        self._command = [program, "--listen", "127.0.0.1:0", "--database", database, *OPTIONS]
        self._log_path = log_path
        self._proxy = proxy
        self._excused = excused
        self._process = None
        self._killed = False
        self._wanted = True
        self._started = asyncio.Event()  # a process is there
        self._ended = asyncio.Event()    # the opposite
        self._listens = asyncio.Event()
        self._gone_at = None

    async def run(self):
        """Until stop(), or a fault."""
        retry_s = FIRST_RETRY_S
        while self._wanted and not self.fault:
            listened = await self._one_life()
            retry_s = FIRST_RETRY_S if listened else min(retry_s * 2, LONGEST_RETRY_S)
            await asyncio.sleep(retry_s)

    async def _one_life(self):
        since = time.monotonic()
        self._killed = False
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=log, start_new_session=True, preexec_fn=die_with_parent, env=clean_environment())
        self._ended.clear()
        self._started.set()
        found = LISTENING.fullmatch(await self._process.stdout.readline())
        if found:
            self.port = self._proxy.target = int(found.group(1))
            if self._gone_at is not None:
                self.longest_gap_s = max(self.longest_gap_s, time.monotonic() - self._gone_at)
            self._listens.set()
        status = await self._process.wait()
        if found:
            self._gone_at = time.monotonic()
        self._listens.clear()
        self._started.clear()
        self._ended.set()
        self.port = self._proxy.target = None
        if broken := BROKEN.search(self._log_path.read_bytes()):
            self.fault = f"the hub's log says {broken.group(0).decode()}"
        elif not self._killed:
            self._judge(status, bool(found), since)
        return bool(found)

    def _judge(self, status, listened, since):
        if not listened and status == 1 and self._excused(since):
            self.counts["hub could not start without its database"] += 1
        else:
            self.fault = (f"the hub ended by itself with status {status}"
                          f" {'while it ran' if listened else 'while it started'}: {self.last_words()}")

    def last_words(self):
        lines = self._log_path.read_text(errors="replace").splitlines()
        return " | ".join(lines[-3:])

    @property
    def kills(self):
        return self.counts["hub killed"] + self.counts["hub killed while it started"]

    async def kill(self, moment=lambda: None):
        """SIGKILL, to the hub that runs or to the next one, when `moment`, which may block, returns.
        Returns when it is dead."""
        await self._started.wait()
        kind = "hub killed" if self.port else "hub killed while it started"
        self._killed = True
        if await asyncio.to_thread(self._kill_at, moment):
            self.counts[kind] += 1
        await self._ended.wait()

    def _kill_at(self, moment):
        moment()
        try:
            os.kill(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False  # it just ended by itself
        return True

    async def started(self):
        await self._started.wait()

    async def listening(self):
        await self._listens.wait()

    async def stop(self):
        self._wanted = False
        if self._process and self._process.returncode is None:
            self._killed = True
            self._process.kill()
            await self._process.wait()

    def events_read_back(self):
        """How often hubs replayed a log, and how many events all in all."""
        counts = [int(events) for _, events in READ_BACK.findall(self._log_path.read_bytes())]
        return sum(1 for each in counts if each), sum(counts)
