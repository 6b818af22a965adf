"""The workers that are ours: torture_workers, several of them over the real libfedwatt."""

import asyncio
import contextlib
from dataclasses import dataclass

from hub import BROKEN, clean_environment, die_with_parent
from peers import Broken


@dataclass
class Outcome:
    """What became of one worker's reports, as its library says of the last process."""

    made: int    # numbered by us, as in its journal; over all processes
    stored: int  # these, and those that the library makes of gaps
    lost: int


class Fleet:
    """A process of several workers, which keep their reports in `memory`, or in a `spool` on disk:
    then it may be killed, and is started again."""

    def __init__(self, program, port, run, folder, seed, kind, workers):
        self.workers = workers
        self.spools = kind == "spool"
        self.outcomes = {}
        self.kills = 0
        self._acknowledged = {}  # by process and worker
        self._taken_over = {}
        self._rounds = dict.fromkeys(workers, 0)
        self._command = [program, f"ws://127.0.0.1:{port}", run, str(folder)]
        self._seed, self._words = seed, [kind, *workers]
        self._log_path = folder / f"{kind}-workers.log"
        self._process = None
        self._killed = False
        self._opened = 0
        self._finishing = False

    async def run(self):
        """Until all of them have ended."""
        while not await self._one_life():
            pass

    async def _one_life(self):
        self._killed = False
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, str(self._seed + self.kills), *self._words,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=log, start_new_session=True, preexec_fn=die_with_parent, env=clean_environment())
        self._tell(self._opened)
        if self._finishing:
            self._process.stdin.close()
        while line := (await self._process.stdout.readline()).decode().split():
            if line[0] == "end":
                self.outcomes[line[1]] = Outcome(*map(int, line[2:]))
            elif len(line) == 4:  # not torn by a kill
                worker, current_round, acknowledged, taken_over = line
                self._rounds[worker] = int(current_round)
                self._acknowledged[self.kills, worker] = int(acknowledged)
                self._taken_over[self.kills, worker] = int(taken_over)
        status = await self._process.wait()
        with contextlib.suppress(OSError):
            await self._process.stdin.wait_closed()
        if not self._killed and status != 0:
            raise Broken(f"torture_workers ended with status {status}")
        if found := BROKEN.search(self._log_path.read_bytes()):
            raise Broken(f"torture_workers wrote {found.group(0).decode()}")
        return not self._killed

    @property
    def over(self):
        return len(self.outcomes) == len(self.workers)

    @property
    def acknowledged(self):
        """As they were told. A report that was taken over may have been acknowledged before."""
        return sum(self._acknowledged.values())

    @property
    def taken_over(self):
        return sum(self._taken_over.values())

    def slowest_round(self):
        return min(self._rounds.values())

    def open_rounds_up_to(self, number):
        if self._process and number > self._opened:
            self._opened = number
            self._tell(number)

    def _tell(self, number):
        if self._process.returncode is None and not self._process.stdin.is_closing():
            self._process.stdin.write(f"{number}\n".encode())

    def kill(self):
        if self._process and self._process.returncode is None and not self._killed:
            self.kills += 1
            self._killed = True
            self._process.kill()

    def finish(self):
        """They end the round they are in, and leave when all is acknowledged."""
        self._finishing = True
        self._process.stdin.close()

    async def stop(self):
        if self._process and self._process.returncode is None:
            self._killed = True
            self._process.kill()
            await self._process.wait()
