"""Workers and viewers with no code of ours in them: python3-websockets, and the published schemas.

Every message from the hub is checked against protocol/schemas/, and for holding every field.
"""

import asyncio
import json
from datetime import datetime, timezone
from pathlib import Path

import jsonschema
import websockets

from hub import TIMEOUT_S

SCHEMAS = Path(__file__).resolve().parents[2] / "protocol" / "schemas"


class Schema:
    """The messages of one direction."""

    def __init__(self, direction):
        path = SCHEMAS / f"{direction}.json"
        schema = json.loads(path.read_text())
        self._definitions = schema["$defs"]
        self._common = json.loads((SCHEMAS / "common.json").read_text())["$defs"]
        resolver = jsonschema.RefResolver(path.as_uri(), schema)
        references = {name: f"#/$defs/{name}" for name in self._definitions}
        references.update({name: f"common.json#/$defs/{name}" for name in ("error", "store")})
        self._validators = {name: jsonschema.Draft202012Validator({"$ref": reference}, resolver=resolver)
                            for name, reference in references.items()}

    def check(self, message):
        name = message["type"]
        self._validators[name].validate(message)
        missing = self._fields(name) - set(message)
        assert not missing, f"the hub left out {missing} in {message}"

    def _fields(self, name):
        definition = self._definitions.get(name) or self._common[name]
        base = definition.get("$ref", "").removeprefix("#/$defs/")
        return set(definition["properties"]) | (self._fields(base) if base else set())


HUB_TO_WORKER = Schema("hub-to-worker")
HUB_TO_VIEWER = Schema("hub-to-viewer")


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Peer:
    """A WebSocket whose messages are taken in order into some state, which tests wait on."""

    path = None
    schema = None
    connected = []  # all peers of the running test, to be cut off at its end

    def __init__(self):
        self.socket = None
        self.messages = []  # all that came, in order
        self.errors = []
        self.store = []  # what it was told of the hub's store
        self.frames = 0
        self.closed_with = None

    async def connect(self, hub, **options):
        self.socket = await websockets.connect(
            f"{hub.url()}{self.path}", max_size=None, ping_interval=None,
            ssl=hub.authority and hub.authority.client(), compression=None, open_timeout=TIMEOUT_S, close_timeout=TIMEOUT_S, **options)
        Peer.connected.append(self)
        return self

    async def send(self, *messages):
        """Sends one message as it is, several as an array."""
        await self.socket.send(json.dumps(messages[0] if len(messages) == 1 else list(messages)))

    async def until(self, condition, what=""):
        """Takes messages until the condition holds; returns what it returned."""
        async def take_until():
            while not (result := condition()):
                await self._take_frame()
            return result
        try:
            return await asyncio.wait_for(take_until(), TIMEOUT_S)
        except asyncio.TimeoutError:
            raise AssertionError(f"waited in vain for {what or 'a condition'}; {self._story()}") from None
        except websockets.ConnectionClosed as closed:
            self.closed_with = closed.code
            raise AssertionError(f"closed with {closed.code} {closed.reason!r} while waiting for "
                                 f"{what or 'a condition'}; {self._story()}") from None

    async def until_closed(self):
        """Takes everything until the hub closes; returns the close code."""
        async def drain():
            while True:
                await self._take_frame()
        try:
            await asyncio.wait_for(drain(), TIMEOUT_S)
        except websockets.ConnectionClosed as closed:
            self.closed_with = closed.code
        except asyncio.TimeoutError:
            raise AssertionError(f"the hub did not close; {self._story()}") from None
        return self.closed_with

    async def error(self, code):
        """Waits for an error with this code, takes it off the list and returns it."""
        found = await self.until(
            lambda: next((each for each in self.errors if each["code"] == code), None), f"error {code}")
        self.errors.remove(found)
        return found

    async def close(self):
        await self.socket.close()

    def cut(self):
        """Loses the connection without a word."""
        self.socket.transport.abort()

    async def _take_frame(self):
        frame = await self.socket.recv()
        assert isinstance(frame, str)
        self.frames += 1
        content = json.loads(frame)
        for message in content if isinstance(content, list) else [content]:
            self.schema.check(message)
            self.messages.append(message)
            if message["type"] == "error":
                self.errors.append(message)
            elif message["type"] == "store":
                self.store.append(message)
            else:
                self.take(message)

    def take(self, message):
        raise NotImplementedError

    def _story(self):
        return "the last that came: " + json.dumps(self.messages[-5:], indent=1)


class Worker(Peer):
    """A worker or coordinator of a run, over as many connections as a test wants."""

    path = "/v1/worker"
    schema = HUB_TO_WORKER

    def __init__(self, run, name, **hello):
        super().__init__()
        self.name = name
        self.hello = {"type": "hello", "run": run, "worker": name, **hello}
        self.welcome = None
        self.acked = 0
        self.seq = 0
        self.sent = {}  # seq to report
        self.directive = None  # the latest, from welcome or as an order

    async def join(self, hub, **changes):
        await self.connect(hub)
        self.welcome = None
        await self.send({**self.hello, "sent_at": now(), **changes})
        await self.until(lambda: self.welcome, "welcome")
        self.seq = max(self.seq, self.welcome["last_seq"])
        return self

    def make_report(self, round_number, **fields):
        """The next report; by default a fit of ten seconds that says nothing else."""
        self.seq += 1
        report = {"type": "report", "seq": self.seq, "round": round_number, "phase": "fit",
                  "started_at": "2026-01-01T00:00:00.000Z", "duration_s": 10.0, **fields}
        self.sent[report["seq"]] = report
        return report

    async def report(self, round_number, **fields):
        await self.send(self.make_report(round_number, **fields))

    async def report_and_ack(self, round_number, **fields):
        await self.report(round_number, **fields)
        await self.all_acked()

    async def all_acked(self):
        await self.until(lambda: self.acked >= self.seq, f"ack {self.seq}")

    async def resend_missing(self):
        """After a reconnect: what welcome says the hub has not got."""
        for seq in sorted(self.sent):
            if seq > self.welcome["last_seq"]:
                await self.send(self.sent[seq])

    async def ordered(self, directive):
        """Waits for a directive and returns it."""
        await self.until(lambda: self.directive["directive"] == directive, f"directive {directive}")
        return self.directive

    async def acknowledge(self, state, round_number=None):
        await self.send({"type": "directive_ack", "command": self.directive["command"], "state": state,
                         "round": round_number})

    async def bye(self, reason="finished"):
        await self.send({"type": "bye", "reason": reason})
        await self.close()

    def take(self, message):
        if message["type"] == "welcome":
            self.welcome = message
            self.directive = message
            self.acked = max(self.acked, message["last_seq"])
        elif message["type"] == "ack":
            assert message["seq"] in self.sent, f"ack of a report that was never sent: {message}"
            assert message["seq"] >= self.acked, f"ack went back from {self.acked}: {message}"
            self.acked = message["seq"]
        elif message["type"] == "directive":
            self.directive = message

    @property
    def run_id(self):
        return self.welcome["run_id"]


class Viewer(Peer):
    """Keeps what it is shown as docs/protocol.md says: by key, newer replaces older."""

    path = "/v1/viewer"
    schema = HUB_TO_VIEWER

    def __init__(self, name="ada"):
        super().__init__()
        self.name = name
        self.welcome = None
        self.snapshots = 0
        self.runs = {}      # run_id
        self.workers = {}   # run_id, worker
        self.rounds = {}    # run_id, round
        self.events = []
        self.commands = {}  # run_id, id
        self.offset = 0     # the largest seen
        self.hub = None
        self.unsubscribed = False

    async def join(self, hub):
        self.hub = hub
        await self.connect(hub)
        self.welcome = None
        await self.send({"type": "hello", "name": self.name})
        await self.until(lambda: self.welcome, "welcome")
        return self

    async def watch(self, run, since=None, **fields):
        """Subscribes; without `since`, waits for the first of it."""
        before = len(self.messages)
        await self.send({"type": "subscribe", "run": run, "since": since, **fields})
        if run != "*" and since is None and "detail" not in fields:
            await self.until(lambda: any(m["type"] == "snapshot" for m in self.messages[before:]), "snapshot")
        return self

    async def command(self, command_id, run, action, workers=None, reason="because"):
        await self.send({"type": "command", "id": command_id, "run": run, "action": action,
                         "workers": workers, "reason": reason})

    async def barrier(self):
        """When this returns, everything that the hub sent before has been taken; and news that a
        busy hub has kept back, of the runs that it has told of."""
        await self.send({"type": "subscribe", "run": "no such run: a barrier"})
        await self.error("unknown_run")
        for run_id in [] if self.unsubscribed else list(self.runs):
            status, body, _ = self.hub.get(f"/api/v1/runs/{run_id}")
            if status == 200:  # else the store is away, and nothing is told
                offset = json.loads(body)["run"]["offset"]
                await self.until(lambda: self.runs[run_id]["offset"] >= offset, f"offset {offset}")

    async def round_closed(self, run_id, number, revision=1):
        """Waits for a round to be closed, and returns it."""
        def closed():
            found = self.rounds.get((run_id, number))
            return found if found and found["revision"] >= revision else None
        return await self.until(closed, f"round {number}, revision {revision}")

    async def outcome(self, run_id, command_id, outcome):
        def reached():
            found = self.commands.get((run_id, command_id))
            return found if found and found["outcome"] == outcome else None
        return await self.until(reached, f"{command_id} {outcome}")

    async def acknowledged_by(self, run_id, command_id, workers):
        await self.until(lambda: self.commands.get((run_id, command_id), {}).get("acknowledged") == workers,
                         f"{command_id} acknowledged by {workers}")

    async def run_state(self, run_id, state):
        await self.until(lambda: self.runs.get(run_id, {}).get("state") == state, f"run {state}")
        return self.runs[run_id]

    async def worker_state(self, run_id, worker, state):
        await self.until(lambda: self.workers.get((run_id, worker), {}).get("state") == state,
                         f"{worker} {state}")
        return self.workers[run_id, worker]

    async def event(self, run_id, kind, worker=None):
        return await self.until(lambda: next(
            (each for each in self.events if each["run_id"] == run_id and each["kind"] == kind
             and worker in (None, each["worker"])), None), f"event {kind} of {worker}")

    def state(self, run_id):
        """All it knows of a run but the event list, to compare two viewers."""
        return {
            "run": self.runs[run_id],
            "workers": {key: value for key, value in self.workers.items() if key[0] == run_id},
            "rounds": {key: value for key, value in self.rounds.items() if key[0] == run_id},
            "commands": {key: value for key, value in self.commands.items() if key[0] == run_id},
        }

    def take(self, message):
        kind = message["type"]
        if kind == "welcome":
            self.welcome = message
        elif kind == "snapshot":
            self.snapshots += 1
            run_id = message["run"]["run_id"]
            for table in (self.workers, self.rounds, self.commands):
                for key in [key for key in table if key[0] == run_id]:
                    del table[key]
            self.events = [each for each in self.events if each["run_id"] != run_id]
            self._take_state("run", message["run"])
            for name in ("worker", "round", "event"):
                for each in message[name + "s"]:
                    self._take_state(name, each)
            for each in message["commands"]:
                self._take_state("command_status", each)
        else:
            self._take_state(kind, {key: value for key, value in message.items() if key != "type"})

    def _take_state(self, kind, state):
        self.offset = max(self.offset, state["offset"])
        run_id = state["run_id"]
        if kind == "event":
            self.events.append(state)
            return
        table, key = {
            "run": (self.runs, run_id),
            "worker": (self.workers, (run_id, state.get("worker"))),
            "round": (self.rounds, (run_id, state.get("round"))),
            "command_status": (self.commands, (run_id, state.get("id"))),
        }[kind]
        older = table.get(key)
        assert older is None or older["offset"] <= state["offset"], f"went back: {older} then {state}"
        table[key] = state
