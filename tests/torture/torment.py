"""One torture run on one store: sets everything up, torments it, lets it come to rest, checks."""

import asyncio
import contextlib
import json
import os
import random as randoms
import time
import traceback
import urllib.request
from collections import Counter

import chaos
import checker
from fleet import Fleet
from peers import Broken, Coordinator, Stranger, Viewer
from proxy import Proxy
from supervisor import Supervisor

TIME_FACTOR = float(os.environ.get("FEDWATT_TIME_FACTOR", "1"))
STUCK_AFTER_S = 90 * TIME_FACTOR   # without one more acknowledged report
REST_WITHIN_S = 300 * TIME_FACTOR  # from the last trouble to everything being acknowledged
EXCUSE_S = 10 * TIME_FACTOR        # how long a trouble of the database explains a hub that cannot start
TROUBLE_S = (0.05, 1.0)            # how long connections are slow
PARTS = ("", "/rounds", "/figures")
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
FLEET, STRANGERS = "fleet", "strangers"


class Torment:
    def __init__(self, plan, database, folder):
        self.problems = []
        self.counts = Counter()
        self._plan = plan
        self._folder = folder
        self._database = database
        self._random = randoms.Random(plan.seed)
        self._troubles = chaos.schedule(self._random, plan.kills, plan.database_kills,
                                        plan.worker_kills, plan.cuts, database.has_server)
        self._proxy = Proxy(self._random)
        self._link = Proxy(self._random)  # between hub and database, where that is a server
        self._database_hurt_at = 0.0
        self._database_up = True
        self._background = set()
        self._began = time.monotonic()

    # ---- setting up ----

    async def run(self):
        """Everything, to the end; what is wrong is then in `problems`."""
        await self._proxy.start()
        url = self._database.url
        if self._database.has_server:
            await self._link.start()
            self._link.target = self._database.port
            url = self._database.url_through(self._link.port)
        self._hub = Supervisor(self._plan.hub, url, self._folder / "hub.log", self._proxy, self._excused)
        self._fleets = [Fleet(self._plan.workers, self._proxy.port, FLEET, self._folder, self._plan.seed,
                              kind, [f"{kind}-{number}" for number in range(self._plan.fleet)])
                        for kind in ("memory", "spool")]
        self._coordinator = Coordinator(self._proxy.port, self._random, FLEET, "c",
                                        self._folder / "c.journal", fleets=self._fleets)
        self._strangers = []
        for number in range(self._plan.strangers):
            self._strangers.append(Stranger(
                self._proxy.port, self._random, STRANGERS, f"p{number}",
                self._folder / f"p{number}.journal", others=self._strangers))
        self._viewers = [Viewer(self._proxy.port, self._random, (FLEET, STRANGERS), pause_s)
                         for pause_s in (0, 0.5)]
        try:
            await self._until_it_fails(self._story())
        finally:
            await self._end()

    async def _until_it_fails(self, story):
        """Runs the story beside everything that may find fault."""
        watched = [asyncio.create_task(each) for each in (
            story, self._hub.run(), *(each.run() for each in (*self._fleets, *self._peers())))]
        main, hub, *_ = watched
        try:
            while not main.done():
                await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                for task in [each for each in watched if each.done()]:
                    watched.remove(task)
                    if task is hub and self._hub.fault:
                        raise Broken(self._hub.fault)
                    task.result()
        except (Broken, TimeoutError) as broken:
            self.problems.append(str(broken))
        except Exception as error:  # of the torture itself
            self.problems.append(f"the torture run failed: {error!r}")
            traceback.print_exc()
        finally:
            self._background.update(each for each in (main, hub, *watched) if not each.done())

    def _peers(self):
        return [*self._strangers, self._coordinator, *self._viewers]

    async def _end(self):
        for each in self._peers():
            each.over = True
        while self._background:  # a task may lose a cancellation in a race with what it waits for
            for task in self._background:
                task.cancel()
            _, self._background = await asyncio.wait(self._background, timeout=1)
        for fleet in self._fleets:
            await fleet.stop()
        await self._hub.stop()
        await self._proxy.stop()
        if self._database.has_server:
            await self._link.stop()

    # ---- the story ----

    async def _story(self):
        await self._progress(1)
        for number, trouble in enumerate(self._troubles, 1):
            if number % 50 == 0:
                print(f"  after {time.monotonic() - self._began:.0f} s: trouble {number} of"
                      f" {len(self._troubles)}", flush=True)
            if trouble.after_acks:
                await self._progress(trouble.after_acks)
            await self._do(trouble)
        while self._hub.kills < self._plan.kills:  # some met no process that could be killed
            await self._progress(1)
            await self._kill_hub()
        await self._rest()
        await self._compare_with_a_rebuilt_core()
        await self._hub.stop()
        await self._read_the_store()

    def _acknowledged(self):
        """How many reports, as far as their workers know."""
        return (sum(each.acked for each in (*self._strangers, self._coordinator))
                + sum(each.acknowledged for each in self._fleets))

    async def _progress(self, count):
        goal = self._acknowledged() + count
        await self._until(lambda: self._acknowledged() >= goal, STUCK_AFTER_S, "more acknowledged reports")

    async def _until(self, condition, within_s, what):
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {within_s:.0f} s in vain for {what}; hub:"
                                   f" {self._hub.last_words()}")
            await asyncio.sleep(0.005)

    # ---- troubles ----

    async def _do(self, trouble):
        if trouble.kind == "kill_hub":
            await self._kill_hub(trouble.how, trouble.amount)
        elif trouble.kind == "kill_starting_hub":
            await self._kill_hub()
            await self._hub.started()
            await asyncio.sleep(trouble.amount)
            await self._hub.kill()
        elif trouble.kind == "kill_database":
            await self._kill_database(trouble)
        elif trouble.kind == "kill_workers":
            for each in self._fleets:
                if each.spools:
                    each.kill()
        else:
            self._hurt(trouble)

    async def _kill_hub(self, how="", hold_s=0.0):
        if how:
            await self._hub.listening()
            self.counts["hub killed " + how] += 1
        if how == "in a commit":
            release = await asyncio.to_thread(self._database.hold_commits)
            try:
                await asyncio.sleep(hold_s)  # so that it has begun one
                await self._hub.kill()
            finally:
                release()
        elif how:
            await self._hub.kill(self._database.await_write)
        else:
            await self._hub.kill()
        acked = {each.name: each.acked for each in self._strangers}
        if self._database_up:
            counts = await asyncio.to_thread(self._database.counts)
            self.counts["looks into the store after a kill"] += 1
            for problem in checker.check_counts(counts, STRANGERS, acked):
                raise Broken(problem)

    async def _kill_database(self, trouble):
        self._database_hurt_at = time.monotonic()
        self._database_up = False
        await asyncio.to_thread(self._database.kill, trouble.how, self._random)
        self.counts["database killed"] += 1
        self.counts["database killed: " + trouble.how] += 1
        if trouble.how == "backend":
            await asyncio.to_thread(self._database.await_ready)
        else:
            await asyncio.sleep(trouble.amount)
            await asyncio.to_thread(self._database.start)
        self._database_up = True
        self._database_hurt_at = time.monotonic()

    def _excused(self, since):
        return self._database.has_server and (
            not self._database_up or self._database_hurt_at + EXCUSE_S > since)

    def _hurt(self, trouble):
        proxy = self._proxy
        if trouble.kind == "database_link":
            proxy = self._link
            self._database_hurt_at = time.monotonic()
        if trouble.how.startswith("cut: "):
            proxy.cut(trouble.which, trouble.how.removeprefix("cut: "), int(trouble.amount))
        else:
            proxy.hurt(trouble.which, trouble.direction, trouble.how, trouble.amount,
                       self._random.uniform(*TROUBLE_S))

    # ---- the end ----

    async def _rest(self):
        """No more troubles: all that was made arrives."""
        self._proxy.calm()
        self._link.calm()
        for each in (*self._fleets, *self._strangers):
            each.finish()
        await self._until(lambda: all(each.over for each in (*self._fleets, *self._strangers)),
                          REST_WITHIN_S, "all reports to be acknowledged")
        self._coordinator.finish()
        await self._until(lambda: self._coordinator.over, REST_WITHIN_S, "the coordinator's goodbye")

    async def _compare_with_a_rebuilt_core(self):
        runs = await asyncio.to_thread(self._database.runs)
        if sorted(runs) != [FLEET, STRANGERS]:
            raise Broken(f"the store has the runs {runs}")
        await self._ready()
        live = {run: await self._shown_by_hub(run_id) for run, run_id in runs.items()}
        for run, parts in live.items():
            if parts[""]["run"]["state"] != "finished":
                raise Broken(f"{run} is {parts['']['run']['state']} though all have said goodbye")
            await self._check_viewers(run, runs[run], parts[""])
        await self._hub.kill()
        await self._ready()
        for run, run_id in runs.items():
            rebuilt = await self._shown_by_hub(run_id)
            for difference in checker.differences(live[run], rebuilt, run):
                self.problems.append("a rebuilt core is not the live one: " + difference)

    async def _ready(self):
        """Until a hub has read everything back."""
        deadline = time.monotonic() + REST_WITHIN_S
        while time.monotonic() < deadline:
            await self._hub.listening()
            with contextlib.suppress(OSError):  # 503 is one, too
                await self._get("/readyz")
                return
            await asyncio.sleep(0.05)
        raise TimeoutError(f"the hub does not get ready: {self._hub.last_words()}")

    async def _get(self, path):
        def get():
            with NO_PROXY.open(f"http://127.0.0.1:{self._hub.port}{path}", timeout=60 * TIME_FACTOR) as answer:
                return answer.read()
        return await asyncio.to_thread(get)

    async def _shown_by_hub(self, run_id):
        return {part: json.loads(await self._get(f"/api/v1/runs/{run_id}{part}")) for part in PARTS}

    async def _check_viewers(self, run, run_id, snapshot):
        for viewer in self._viewers:
            await self._until(lambda: viewer.offset(run) == snapshot["run"]["offset"], STUCK_AFTER_S,
                              f"a viewer to see all of {run}")
            expected = {part: snapshot[part] for part in ("run", "workers", "rounds", "commands")}
            shown = viewer.shown(run_id)
            for part in ("workers", "rounds"):
                key = part.removesuffix("s")
                for states in (shown, expected):
                    states[part] = {str(state[key]): state for state in states[part]}
            for difference in checker.differences(expected, shown, run):
                self.problems.append("a viewer was shown something else: " + difference)

    async def _read_the_store(self):
        await asyncio.to_thread(self._check_store)
        self.counts["viewers' snapshots"] = sum(each.snapshots for each in self._viewers)
        self.counts["viewers' frames"] = sum(each.frames for each in self._viewers)

    def _check_store(self):
        for run, run_id in self._database.runs().items():
            self.problems += checker.check_log(self._database, run, run_id)
            rows = list(self._database.reports(run_id))
            self.counts["reports stored"] += len(rows)
            if run == STRANGERS:
                for each in self._strangers:
                    self.problems += checker.check_peer(run, rows, each.name, each.made, each.acked)
                continue
            self.problems += checker.check_peer(run, rows, "c", self._coordinator.made,
                                                self._coordinator.acked, lambda seq: seq)
            for fleet in self._fleets:
                for worker in fleet.workers:
                    journal = checker.Journal(self._folder / f"{worker}.journal")
                    self.counts["reports made"] += len(journal.made)
                    self.counts["reports killed"] += len(journal.made) - sum(
                        row["worker"] == worker and row["machine_j"] is not None for row in rows)
                    self.problems += checker.check_library_worker(
                        run, rows, worker, journal, fleet.outcomes.get(worker), fleet.spools)

    # ---- numbers ----

    def figures(self):
        """What happened, in the order in which people ask."""
        hub, own = self._hub.counts, self.counts
        raw = [*self._strangers, self._coordinator]
        starts, events = self._hub.events_read_back()
        yield "hub killed", self._hub.kills
        yield "  while it started", hub["hub killed while it started"]
        yield "  in a commit", own["hub killed in a commit"]
        if not self._database.has_server:
            yield "  while it wrote to its database", own["hub killed while it wrote"]
        if self._database.has_server:
            for kind in sorted(kind for kind in own if kind.startswith("database killed")):
                yield kind.replace("database killed: ", "  by "), own[kind]
            yield "hub could not start without its database", hub["hub could not start without its database"]
        yield "connections through the proxy", self._proxy.counts["connections"]
        for name, proxy in (("", self._proxy), ("database's: ", self._link)):
            for kind, count in sorted(proxy.counts.items()):
                if kind != "connections":
                    yield f"  {name}{kind}", count
        yield "workers killed, two at a time", sum(each.kills for each in self._fleets)
        yield "reports made", own["reports made"] + sum(each.made for each in raw)
        yield "  killed with their worker before they were on its disk", own["reports killed"]
        yield "reports acknowledged, as workers were told", self._acknowledged()
        yield "  sent again by raw workers", sum(each.resent for each in raw)
        yield "  taken over from a spool", sum(each.taken_over for each in self._fleets)
        yield "reports stored, with those that libfedwatt makes of gaps", own["reports stored"]
        yield "  looks into the store after a kill", own["looks into the store after a kill"]
        yield "frames to viewers", own["viewers' frames"]
        yield "  snapshots among them", own["viewers' snapshots"]
        yield "hubs that read a log back", starts
        yield "  events read back, all in all", events
        yield "longest time without a hub, s", round(self._hub.longest_gap_s, 2)
        yield "all of it took, s", round(time.monotonic() - self._began)
