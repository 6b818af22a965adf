"""Workers, a coordinator and viewers with no code of ours in them, who never give up.

They hold the hub to its word while it lives: what goes back, or was thanked for and is gone, is a
Broken promise.
"""

import asyncio
import contextlib
import json
from collections import deque
from datetime import datetime, timezone

import websockets

from reports import report_of, round_of

MOST_UNACKED = 300
MOST_ROUNDS_AHEAD = 100
PATIENCE_S = 5  # for a handshake, which a cut connection never finishes
LONGEST_RETRY_S = 0.1


class Broken(Exception):
    """What the hub did that it promised not to do."""


class Peer:
    """One conversation after the other, over the proxy."""

    path = None

    def __init__(self, port, random):
        self._url = f"ws://127.0.0.1:{port}{self.path}"
        self._random = random
        self.over = False
        self.frames = 0
        self._received = deque()  # and not yet taken

    async def run(self):
        while not self.over:
            self._received.clear()
            with contextlib.suppress(OSError, asyncio.TimeoutError, websockets.WebSocketException):
                async with websockets.connect(
                        self._url, open_timeout=PATIENCE_S, close_timeout=0.2, ping_interval=None,
                        max_size=None, compression=None) as socket:
                    await self.talk(socket)
            await asyncio.sleep(self._random.random() * LONGEST_RETRY_S)

    async def talk(self, socket):
        raise NotImplementedError

    async def receive(self, socket):
        """The next message. A frame holds one, or several in an array."""
        while not self._received:
            content = json.loads(await socket.recv())
            self._received.extend(content if isinstance(content, list) else [content])
            self.frames += 1
        return self._received.popleft()


class Worker(Peer):
    """Makes reports as fast as they are acknowledged, and journals every ack."""

    path = "/v1/worker"

    def __init__(self, port, random, run, name, journal, role="worker"):
        super().__init__(port, random)
        self.run_name, self.name = run, name
        self.made = 0    # reports; sent at least once, or about to be
        self.acked = 0
        self.resent = 0
        self.goal = None  # the last report to make; None: go on
        self.may_make = lambda seq: True
        self._hello = {"type": "hello", "run": run, "worker": name, "role": role, "region": "FR"}
        self._journal = journal.open("w")

    def finish(self):
        """Makes no more than there are; over when all are acknowledged."""
        self.goal = self.made

    async def talk(self, socket):
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        await socket.send(json.dumps({**self._hello, "sent_at": now}))
        sending = asyncio.create_task(self._send(socket, await self._welcome(socket)))
        try:
            await self._listen(socket)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, websockets.ConnectionClosed):
                await sending

    async def _welcome(self, socket):
        """Waits for it; returns the number of the first report to send."""
        while (welcome := await asyncio.wait_for(self.receive(socket), PATIENCE_S))["type"] != "welcome":
            self._take(welcome)
        self._hello["run_id"] = welcome["run_id"]
        last_seq = welcome["last_seq"]
        if not self.acked <= last_seq <= self.made:
            raise Broken(f"{self.name} of {self.run_name} had {self.acked} of {self.made} reports "
                         f"acknowledged and is welcomed with last_seq {last_seq}")
        self._note_ack(last_seq)
        # Sending again what is committed must be harmless.
        again = self._random.randint(0, min(last_seq, 40)) if self._random.random() < 0.3 else 0
        self.resent += self.made - last_seq + again
        return last_seq - again + 1

    async def _send(self, socket, seq):
        while True:
            last = min(seq + self._random.randint(0, 19), self.acked + MOST_UNACKED,
                       self.made if self.goal is not None else seq + 20)
            while last > self.made and not self.may_make(last):
                last -= 1
            if last < seq:
                await asyncio.sleep(0.002)
                continue
            if last > self.made:
                self._journal.write(f"made {last}\n")
                self.made = last
            frame = [message for each in range(seq, last + 1) for message in self.messages(each)]
            await socket.send(json.dumps(frame))
            seq = last + 1

    def messages(self, seq):
        return [report_of(self.name, seq)]

    async def _listen(self, socket):
        while True:
            if self.goal is not None and self.acked == self.goal:
                await socket.send('{"type":"bye","reason":"finished"}')
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
                self.over = socket.close_code == 1000
                return
            with contextlib.suppress(asyncio.TimeoutError):
                self._take(await asyncio.wait_for(self.receive(socket), 1))

    def _take(self, message):
        if message["type"] == "ack":
            if not self.acked <= message["seq"] <= self.made:
                raise Broken(f"{self.name} has {self.acked} of {self.made} reports acknowledged "
                             f"and gets {message}")
            self._note_ack(message["seq"])
        elif message["type"] == "error":
            raise Broken(f"{self.name} is told {message}")

    def _note_ack(self, seq):
        self._journal.write(f"acked {seq}\n")
        self.acked = max(self.acked, seq)


class Stranger(Worker):
    """A worker that keeps its rounds within sight of the others'."""

    def __init__(self, *arguments, others, **options):
        super().__init__(*arguments, **options)
        self.may_make = lambda seq: round_of(seq) <= MOST_ROUNDS_AHEAD + min(
            round_of(max(1, other.acked)) for other in others)


class Coordinator(Worker):
    """Plans each round of the fleet before it begins, with a report of the model that it starts from."""

    def __init__(self, *arguments, fleets, **options):
        super().__init__(*arguments, role="coordinator", **options)
        self._fleets = fleets
        self._selected = [worker for fleet in fleets for worker in fleet.workers]
        self.may_make = lambda seq: seq <= MOST_ROUNDS_AHEAD + min(
            fleet.slowest_round() for fleet in fleets)

    def messages(self, seq):
        """One report is one round; its plan goes with it."""
        return [{"type": "round_plan", "round": seq, "selected": self._selected},
                report_of(self.name, seq, round_number=seq)]

    def _note_ack(self, seq):
        super()._note_ack(seq)
        for fleet in self._fleets:
            fleet.open_rounds_up_to(seq)


class Viewer(Peer):
    """Pieces together, over all reconnects, what it is shown. What was shown is never taken back."""

    path = "/v1/viewer"
    KEYS = {"run": (), "worker": ("worker",), "round": ("round",), "command_status": ("id",)}

    def __init__(self, port, random, runs, pause_s=0):
        super().__init__(port, random)
        self._offsets = dict.fromkeys(runs)  # run's name to the largest offset seen
        self._names = {}                     # run_id to run's name
        self.states = {}                     # kind, run_id, key to state
        self.snapshots = 0
        self._pause_s = pause_s              # between two frames: a slow reader

    async def talk(self, socket):
        await socket.send('{"type":"hello","name":"torture"}')
        while (await asyncio.wait_for(self.receive(socket), PATIENCE_S))["type"] != "welcome":
            pass
        for run, offset in self._offsets.items():
            await socket.send(json.dumps({"type": "subscribe", "run": run, "since": offset}))
        while True:
            self._take(await self.receive(socket))
            if not self._received:  # a frame is taken whole
                await asyncio.sleep(self._pause_s)

    def offset(self, run):
        return self._offsets[run]

    def shown(self, run_id):
        """What it has of a run, in the form of a snapshot without events."""
        of_run = {kind: sorted((state for (each, run, *_), state in self.states.items()
                                if each == kind and run == run_id), key=lambda state: str(
                                    [state[field] for field in self.KEYS[kind]]))
                  for kind in self.KEYS}
        return {"run": of_run["run"][0], "workers": of_run["worker"], "rounds": of_run["round"],
                "commands": of_run["command_status"]}

    def _take(self, message):
        kind = message["type"]
        if kind == "snapshot":
            self.snapshots += 1
            run = message["run"]
            self._take_state("run", run)
            for part, states in (("worker", "workers"), ("round", "rounds"),
                                 ("command_status", "commands")):
                for state in message[states]:
                    self._take_state(part, state)
        elif kind in self.KEYS:
            self._take_state(kind, {name: value for name, value in message.items() if name != "type"})
        elif kind == "error" and message["code"] != "unknown_run":
            raise Broken(f"a viewer is told {message}")

    def _take_state(self, kind, state):
        run_id = state["run_id"]
        if kind == "run":
            self._names[run_id] = state["name"]
        name = self._names[run_id]
        seen = self._offsets[name] or 0
        if kind == "run" and state["offset"] < seen:
            raise Broken(f"a viewer had seen offset {seen} of {name} and is shown {state['offset']}")
        self._offsets[name] = max(seen, state["offset"])
        self.states[kind, run_id, *(state[field] for field in self.KEYS[kind])] = state
