"""A hub that only viewers talk to: one run, "digits", whose rounds close on their own.

Prints its port on the first line. A pause holds the rounds after the workers have acknowledged one
by one. Each subscription is answered with one frame.
"""

import argparse
import asyncio
import datetime
import json
import math

import websockets

RUN_ID = "r-7f3a21c0"
WORKERS = ["hospital-1", "hospital-2", "hospital-3", "hospital-4"]
ACTING = ["aggregator"] + WORKERS
G_PER_KWH = {"aggregator": 56.0, "hospital-1": 56.0, "hospital-2": 662.0, "hospital-3": 56.0,
             "hospital-4": 344.0}


def now():
    text = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class Hub:
    def __init__(self, total_rounds, round_s, silent_worker=None, is_empty=False,
                 cut_in_round=None):
        self.total_rounds = total_rounds
        self.round_s = round_s
        self.silent_worker = silent_worker
        self.cut_in_round = cut_in_round
        self.names_of_run = [] if is_empty else ["digits", RUN_ID]
        self.started_at = now()
        self.offset = 1
        self.state = "running"
        self.directive = "run"
        self.rounds = []
        self.events = []
        self.commands = {}
        self.policies = {}
        self.subscribers = {}  # websocket: "full" or "summary"
        self.event("run_started", "run started with 4 workers")

    def event(self, kind, message):
        self.offset += 1
        self.events.append({"type": "event", "run_id": RUN_ID, "offset": self.offset, "at": now(),
                            "kind": kind, "message": message})
        return self.events[-1]

    def accuracy(self, number):
        dip = 0.02 if number % 9 == 0 else 0.0
        return 0.87 - 0.38 * math.exp(-0.2 * (number - 1)) - dip

    def run(self):
        closed = len(self.rounds)
        best = max(self.rounds, key=lambda r: r["accuracy"], default=None)
        last = self.rounds[-1] if self.rounds else {}
        return {"type": "run", "run_id": RUN_ID, "offset": self.offset, "name": "digits",
                "state": self.state, "directive": self.directive, "started_at": self.started_at,
                "ended_at": now() if self.state in ("finished", "stopped") else None,
                "last_event_at": now(), "total_rounds": self.total_rounds,
                "round": min(closed + 1, self.total_rounds), "rounds_closed": closed,
                "target": {"metric": "accuracy", "goal": "max"},
                "accuracy": last.get("accuracy"), "target_value": last.get("accuracy"),
                "best_target_value": best and best["accuracy"],
                "best_round": best and best["round"],
                "gain": last.get("gain"), "energy_j": last.get("cumulative_energy_j"),
                "energy_sources": ["cpu_load"], "energy_gaps": ["ram"],
                "emissions_g": last.get("cumulative_emissions_g"),
                "power_w": 38.2 if self.state == "running" else 4.1,
                "workers_online": 5, "workers_total": 5, "policies": self.policies,
                "carbon": {"default_pue": 1.0, "network_kwh_per_gb": 0.01,
                           "network_intensity_g_per_kwh": 475.0}}

    def worker(self, name):
        closed = len(self.rounds)
        energy = 9.6 * closed if closed else None
        paused = self.state == "paused"
        return {"type": "worker", "run_id": RUN_ID, "offset": self.offset, "worker": name,
                "role": "coordinator" if name == "aggregator" else "worker", "state": "online",
                "directive": self.directive, "directive_state": "paused" if paused else "running",
                "region": "FR", "round": closed or None, "phase": "idle" if paused else "fit",
                "accuracy": self.accuracy(closed) - 0.01 if closed else None, "energy_j": energy,
                "emissions_g": energy and energy / 3.6e6 * G_PER_KWH[name], "power_w": 9.4,
                "energy_source": {"cpu": "cpu_load"}, "intensity_g_per_kwh": G_PER_KWH[name],
                "intensity_source": "table:FR", "last_seq": closed, "reports": closed,
                "reports_missing": 0, "last_report_at": now() if closed else None}

    def close_round(self):
        number = len(self.rounds) + 1
        energy = 48.0
        grams = energy / 3.6e6 * 235
        accuracy = self.accuracy(number)
        before = self.rounds[-1] if self.rounds else None
        gain = accuracy - before["accuracy"] if before else None
        self.offset += 1
        self.rounds.append(
            {"type": "round", "run_id": RUN_ID, "offset": self.offset, "round": number,
             "revision": 1, "closed_by": "all_reported", "accuracy": accuracy,
             "accuracy_source": "coordinator", "loss": 1.1 - accuracy, "target_value": accuracy,
             "num_examples": 2000, "energy_j": energy, "energy_sources": ["cpu_load"],
             "energy_gaps": ["ram"], "emissions_g": grams,
             "cumulative_energy_j": energy * number, "cumulative_emissions_g": grams * number,
             "gain": gain, "gain_per_g": gain and gain / grams,
             "g_per_point": grams / gain / 100 if gain and gain > 0 else None,
             "on_pareto_front": not before or accuracy > max(r["accuracy"] for r in self.rounds),
             "workers_reported": 4, "workers_expected": 4, "late_reports": 0, "wall_s": 2.4,
             "worker_s": 8.8, "bytes_sent": 1272640, "bytes_received": 1272640})
        event = self.event("round_closed", f"round {number} closed: all 4 reported")
        if number >= self.total_rounds:
            self.state = "finished"
        return [self.rounds[-1], event] + [self.worker(name) for name in ACTING]

    async def publish(self, messages):
        for socket, detail in list(self.subscribers.items()):
            about_all = [self.run()] + (messages if detail == "full" else [])
            try:
                await socket.send(json.dumps(about_all))
            except websockets.ConnectionClosed:
                self.subscribers.pop(socket, None)

    async def train(self):
        while self.state not in ("finished", "stopped"):
            await asyncio.sleep(self.round_s)
            if self.state == "running":
                await self.publish(self.close_round())
            if len(self.rounds) == self.cut_in_round:
                for socket in list(self.subscribers):
                    await socket.close(1001)

    async def command(self, socket, message):
        goal = {"pause": "paused", "resume": "running", "stop": "stopped"}[message["action"]]
        self.directive = {"paused": "pause", "running": "run", "stopped": "stop"}[goal]
        if goal != "running":
            self.state = {"paused": "pausing", "stopped": "stopping"}[goal]
        missing = list(ACTING)
        status = {"type": "command_status", "run_id": RUN_ID, "id": message["id"],
                  "action": message["action"], "reason": message.get("reason", ""),
                  "issued_by": self.names.get(socket, ""), "issued_at": now(),
                  "outcome": "pending", "offline": []}
        while True:
            self.offset += 1
            done = [name for name in ACTING if name not in missing]
            status.update(offset=self.offset, acknowledged=done, pending=list(missing))
            if not missing:
                status["outcome"] = "acknowledged"
                self.state = goal
            self.commands[message["id"]] = dict(status)
            if self.subscribers.get(socket) is None:
                await socket.send(json.dumps(status))
            await self.publish([dict(status)] + [self.worker(name) for name in ACTING])
            if not missing or missing == [self.silent_worker]:
                return
            await asyncio.sleep(self.round_s)
            missing.pop(missing[0] == self.silent_worker)

    names = {}

    async def serve(self, socket, path):
        assert path == "/v1/viewer", path
        try:
            async for frame in socket:
                message = json.loads(frame)
                await self.answer(socket, message)
        except websockets.ConnectionClosed:
            pass
        finally:
            self.subscribers.pop(socket, None)

    async def answer(self, socket, message):
        kind = message["type"]
        if kind == "hello":
            self.names[socket] = message.get("name", "")
            await socket.send(json.dumps({"type": "welcome", "hub_version": "0.1.0",
                                          "server_time": now()}))
        elif kind == "subscribe" and message["run"] == "*":
            self.subscribers.setdefault(socket, "summary")
            await socket.send(json.dumps([self.run()] if self.names_of_run else []))
        elif kind == "subscribe" and message["run"] in self.names_of_run:
            self.subscribers[socket] = "full"
            await socket.send(json.dumps(
                {"type": "snapshot", "run": self.run(),
                 "workers": [self.worker(name) for name in ACTING], "rounds": self.rounds,
                 "events": self.events[-100:], "commands": list(self.commands.values())}))
        elif kind == "subscribe":
            await socket.send(json.dumps(
                {"type": "error", "code": "unknown_run",
                 "message": f"No run is called {message['run']}."}))
        elif kind == "unsubscribe":
            self.subscribers[socket] = "summary"
        elif kind == "command" and message["run"] in self.names_of_run:
            asyncio.create_task(self.command(socket, message))
        elif kind == "set_policies" and message["run"] in self.names_of_run:
            given = {kind: policy for kind, policy in message["policies"].items() if policy}
            kept = {k: v for k, v in self.policies.items() if k not in message["remove"]}
            self.policies = {**kept, **given}
            self.event("policies_changed", f"policies set by {self.names.get(socket, '')}")
            await socket.send(json.dumps(
                {"type": "policies_set", "id": message["id"], "run_id": RUN_ID,
                 "offset": self.offset, "policies": self.policies,
                 "overruled_by": None if message["hand_back"] else "anna@lab"}))
        elif kind in ("command", "set_policies"):
            await socket.send(json.dumps(
                {"type": "error", "code": "unknown_run", "id": message["id"],
                 "message": f"No run is called {message['run']}."}))


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--round-s", type=float, default=0.5,
                        help="seconds from round to round, and from acknowledgement to the next")
    parser.add_argument("--port", type=int, default=0, help="0: any")
    parser.add_argument("--silent-worker", help="one that acknowledges nothing")
    parser.add_argument("--cut-in-round", type=int, help="when all connections are closed")
    parser.add_argument("--empty", action="store_true", help="there is no run")
    options = parser.parse_args()
    hub = Hub(options.rounds, options.round_s, options.silent_worker, options.empty,
              options.cut_in_round)
    async with websockets.serve(hub.serve, "127.0.0.1", options.port) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await hub.train()
        await asyncio.Future()


asyncio.run(main())
