"""What is measured. Each function yields (title, lines of Markdown) when it is done."""

import json
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from . import contenders, processes
from .contenders import BIN, HUB, SOCKET_IO, WS, start_hub
from .tables import number, table, verdict

# The least ratio of the peer's processor time to the hub's, by viewers.
CPU_TARGETS = {SOCKET_IO.name: {1: 10, 100: 30}, WS.name: {1: 3, 100: 2}}
MEMORY_TARGET = 5
NEAR_THE_LIMIT = 0.8


class Bench:
    def __init__(self, postgres, peers, quick, repetitions, seconds):
        self.postgres = postgres
        self.contenders = [HUB, *peers]
        self.quick = quick
        self.repetitions = repetitions
        self.seconds = seconds

    def load(self, server, **options):
        result = processes.load(BIN / "load", server, database_pid=self.postgres.pid, **options)
        if result["generator_was_the_limit"]:
            print("    the load generator was the limit here", flush=True)
        return result

    def in_turn(self, name, contestants, **options):
        """Each of them on a database of its own, all of them once, then again: a list of results for
        each name."""
        results = {each.name: [] for each in contestants}
        for repetition in range(self.repetitions):
            for each in contestants:
                with self.postgres.database() as database, each.start(database) as server:
                    result = self.load(server, dialect=each.dialect, **options)
                results[each.name].append(result)
                figures = [f"{number(result['reports_per_s'])} reports/s", f"{number(result['server_cpu_us'])} µs each"]
                print(f"  {name}, {repetition + 1} of {self.repetitions}: {each.name}"
                      + (": " + ", ".join(figures) if result["reports"] else ""), flush=True)
        return results


def middle(results, *keys):
    def value(result):
        for key in keys:
            result = result[key]
        return result
    return median(value(result) for result in results)


def throughput(bench):
    """Reports a second and what each costs, beside the peers."""
    for viewers in (1, 100):
        for workers in (100, 1000):
            title = f"{workers} workers, {viewers} viewer{'s' if viewers > 1 else ''}"
            results = bench.in_turn(title, bench.contenders, workers=workers, viewers=viewers,
                                    seconds=bench.seconds)
            hub = results[HUB.name]
            rows = []
            for name, runs in results.items():
                ratio = middle(runs, "server_cpu_us") / middle(hub, "server_cpu_us")
                memory = middle(runs, "server_peak_mb") / middle(hub, "server_peak_mb")
                target = CPU_TARGETS.get(name, {}).get(viewers)
                rows.append([name, number(middle(runs, "reports_per_s")),
                             number(middle(runs, "server_cpu_us")),
                             verdict(ratio, target) if name != HUB.name else "",
                             number(middle(runs, "database_cpu_us")),
                             number(middle(runs, "server_peak_mb")),
                             verdict(memory, MEMORY_TARGET) if name != HUB.name else "",
                             number(middle(runs, "states_per_report")),
                             "yes" if any(run["generator_was_the_limit"] for run in runs) else ""])
            yield title, table(["server", "reports/s", "CPU µs/report", "× the hub's",
                                "database CPU µs", "peak MB", "× the hub's", "states/report",
                                "generator the limit"], rows)


def latency(bench):
    """From a worker's send to each viewer's receipt, at a rate that all can keep."""
    title = "500 reports/s, 100 workers, 100 viewers"
    results = bench.in_turn(title, bench.contenders, workers=100, viewers=100, rate=500,
                            seconds=bench.seconds)
    hub = results[HUB.name]
    rows = []
    for name, runs in results.items():
        row = [name]
        for quantile in ("p50", "p99"):
            ours = middle(hub, "view_ms", quantile)
            theirs = middle(runs, "view_ms", quantile)
            row.append(number(theirs))
            row.append("" if name == HUB.name else verdict(theirs / ours, 1))
        rows.append(row + [number(middle(runs, "view_ms", "max")),
                           number(middle(runs, "ack_ms", "p50")),
                           number(middle(runs, "ack_ms", "p99"))])
    yield title, table(["server", "to the viewers, p50 ms", "× the hub's", "p99 ms", "× the hub's",
                        "max ms", "to the ack, p50 ms", "p99 ms"], rows)


def stalled(bench):
    """A hundred viewers that never read, beside a hundred that do."""
    rows = []
    for count in (0, 100):
        results = bench.in_turn(f"{count} stalled viewers", [HUB], workers=100, viewers=100,
                                stalled=count, rate=500, seconds=bench.seconds)[HUB.name]
        rows.append([count, number(middle(results, "view_ms", "p50")),
                     number(middle(results, "view_ms", "p99")),
                     number(middle(results, "server_cpu_us")),
                     number(middle(results, "server_peak_mb"))])
    yield ("Stalled viewers beside 100 that read, 500 reports/s",
           table(["stalled", "p50 ms", "p99 ms", "CPU µs/report", "peak MB"], rows))


def idle(bench):
    """Memory of a connection that says hello and nothing else."""
    count = 2_000 if bench.quick else 10_000
    count = min(count, processes.allow_many_descriptors() - 500)
    rows = []
    results = bench.in_turn(f"{count} idle connections", bench.contenders, workers=0, viewers=0,
                            idle=count, seconds=0.1, warmup=0)
    for name, runs in results.items():
        kilobytes = middle(runs, "idle_bytes") / 1e3
        rows.append([name, number(kilobytes),
                     "" if name != HUB.name else "12 " + ("✓" if kilobytes < 12 else "✗")])
    yield f"{count} idle viewers", table(["server", "KB each", "target: less than"], rows)


def stores(bench):
    """SQLite beside PostgreSQL."""
    rows = []
    for workers in (100, 1000):
        rates = {"PostgreSQL": [], "SQLite": []}
        for _ in range(bench.repetitions):
            with bench.postgres.database() as database, start_hub(database) as hub:
                rates["PostgreSQL"].append(bench.load(hub, workers=workers, seconds=bench.seconds))
            with (tempfile.TemporaryDirectory(prefix="fedwatt-bench-") as folder,
                  start_hub(f"sqlite:{folder}/hub.sqlite") as hub):
                rates["SQLite"].append(bench.load(hub, workers=workers, seconds=bench.seconds))
        postgres, sqlite = (middle(results, "reports_per_s") for results in rates.values())
        rows.append([workers, number(postgres), number(sqlite), verdict(sqlite / postgres, 0.5)])
        print(f"  stores: {workers} workers: {postgres:.0f} and {sqlite:.0f} reports/s", flush=True)
    yield ("SQLite and PostgreSQL, 1 viewer",
           table(["workers", "PostgreSQL, reports/s", "SQLite, reports/s", "SQLite ÷ PostgreSQL"], rows))


def long_run(bench):
    """What a report costs as a run grows, and the restart after it."""
    workers = 100
    rounds = 1_000 if bench.quick else 10_000
    marks = [mark for mark in (10, 100, 1_000, 10_000) if mark <= rounds]
    costs = []
    restarts = []

    def measure(store, database):
        with start_hub(database) as hub:
            result = bench.load(hub, workers=workers, reports=workers * rounds, seconds=3600,
                                warmup=0, sample_every=workers * 10)
            peak = hub.peak_mb()
        costs.append([store] + [number(cost) for cost in cost_between(marks, workers, result)])
        with start_hub(database) as hub:
            seconds = hub.wait_ready()
            restarts.append([store, number(result["reports"]), number(seconds),
                             "10 " + ("✓" if seconds < 10 else "✗"), number(hub.peak_mb()), number(peak)])
        print(f"  {store}: {rounds} rounds, ready again in {seconds:.1f} s", flush=True)

    with bench.postgres.database() as database:
        measure("PostgreSQL", database)
    with tempfile.TemporaryDirectory(prefix="fedwatt-bench-") as folder:
        measure("SQLite", f"sqlite:{folder}/hub.sqlite")
    yield ("CPU µs per report as a run of 100 workers grows, by its rounds",
           table(["store"] + [f"to {mark:,}" for mark in marks], costs))
    yield ("Restart with these reports stored, until /readyz answers 200",
           table(["store", "reports", "seconds", "target: less than", "peak MB", "peak MB before"], restarts))


def cost_between(marks, workers, result):
    """The mean cost of a report in the rounds up to each mark, from the mark before."""
    costs = []
    before = 0
    for mark in marks:
        samples = [sample["server_cpu_us"] for sample in result["samples"]
                   if before < round(sample["reports"] / workers, -1) <= mark]
        costs.append(sum(samples) / len(samples) if samples else None)
        before = mark
    return costs


def run_width(bench):
    """What a report costs as a run has more workers."""
    rows = []
    for workers in (10, 100, 1000, 4000):
        results = bench.in_turn(f"{workers} workers", [HUB], workers=workers, viewers=1,
                                seconds=bench.seconds)[HUB.name]
        rows.append([workers, number(middle(results, "server_cpu_us")),
                     number(middle(results, "server_cpu_us") * workers / 1e3),
                     number(middle(results, "reports_per_s"))])
    yield ("A round's cost by its workers, 1 viewer",
           table(["workers", "CPU µs/report", "CPU ms/round", "reports/s"], rows))


def near_the_limit(bench):
    """The hub beside bare loops that do only one of the things it does."""
    yield "Durable reports, 1,000 workers with 4 reports under way each", durable_limit(bench)
    viewers = 200 if bench.quick else 1000
    yield f"Deliveries, 100 workers, {viewers:,} viewers", delivery_limit(bench, viewers)


def durable_limit(bench):
    hubs = []
    writers = []
    for _ in range(bench.repetitions):
        with bench.postgres.database() as database:
            with start_hub(database) as hub:
                hubs.append(bench.load(hub, workers=1000, viewers=0, window=4, seconds=bench.seconds))
            rows = float(bench.postgres.ask(
                "SELECT count(*) / count(DISTINCT xmin::text)::float FROM reports", database))
        with bench.postgres.database() as database:
            writers.append(run_json(BIN / "bare_writer", database, max(1, round(rows)), bench.seconds))
    hub = middle(hubs, "reports_per_s")
    bare = middle(writers, "rows_per_s")
    print(f"  near the limit: {hub:.0f} of {bare:.0f} rows/s", flush=True)
    return table(["", "reports/s", "rows per commit", "share of the bare writer's"],
                 [["fedwatt-hub", number(hub), "", verdict(hub / bare, NEAR_THE_LIMIT)],
                  ["bare libpqxx", number(bare), number(middle(writers, "rows_per_commit")), ""]])


def delivery_limit(bench, viewers):
    hubs = []
    bares = []
    for _ in range(bench.repetitions):
        with tempfile.TemporaryDirectory(prefix="fedwatt-bench-") as folder:
            frames = Path(folder) / "frames"
            with bench.postgres.database() as database, start_hub(database) as hub:
                hubs.append(bench.load(hub, workers=100, viewers=viewers, seconds=bench.seconds,
                                       frames_file=frames))
            with processes.Server([BIN / "bare_broadcast", frames, viewers]) as server:
                bares.append(bench.load(server, workers=0, viewers=viewers, seconds=bench.seconds))

    def per_cpu_s(results):
        return median(result["frames_per_s"] / result["server_share"] for result in results)
    hub, bare = middle(hubs, "frames_per_s"), middle(bares, "frames_per_s")
    print(f"  near the limit: {hub:.0f} of {bare:.0f} frames/s", flush=True)
    return table(["", "frames/s", "share of the bare loop's", "frames per second of CPU time",
                  "share of the bare loop's", "bytes per frame"],
                 [["fedwatt-hub", number(hub), verdict(hub / bare, NEAR_THE_LIMIT),
                   number(per_cpu_s(hubs)), number(per_cpu_s(hubs) / per_cpu_s(bares)),
                   number(middle(hubs, "bytes_per_frame"))],
                  ["bare websocketpp", number(bare), "", number(per_cpu_s(bares)), "",
                   number(middle(bares, "bytes_per_frame"))]])


def run_json(program, *arguments):
    done = subprocess.run([str(program), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise processes.Failure(f"{program} failed: what it said is above")
    return json.loads(done.stdout)


MEASURES = {each.__name__: each for each in
            (throughput, latency, stalled, idle, stores, long_run, run_width, near_the_limit)}
