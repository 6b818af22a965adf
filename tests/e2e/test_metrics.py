"""What /metrics says of a hub, read as Prometheus would read it."""

import os
from pathlib import Path

from metrics import metrics_of, parse
from peers import Viewer, Worker


async def test_the_format_and_the_conventions(hub):
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1)
    samples, types = parse(hub.get("/metrics")[1])
    assert all(family.startswith(("fedwatt_", "process_")) for family in types)
    for family, kind in types.items():
        assert family.endswith("_total") == (kind == "counter"), family
        if kind == "histogram":
            assert family.endswith(("_seconds", "_events"))
            buckets = [value for name, value in samples.items() if name.startswith(family + "_bucket")]
            assert buckets == sorted(buckets) and buckets[-1] == samples[family + "_count"] > 0
            assert samples[family + "_sum"] > 0
    assert samples['fedwatt_build_info{version="0.1.0"}'] == 1
    assert samples["fedwatt_replay_seconds"] >= 0


async def test_what_is_counted(hub):
    workers = [await Worker("digits", f"w{number}").join(hub) for number in range(2)]
    viewer = await (await Viewer().join(hub)).watch("digits")
    for number in range(1, 6):
        await workers[0].report_and_ack(number)
    await workers[0].send(workers[0].sent[5])  # again
    await workers[0].send({"type": "nonsense"})
    await workers[0].error("unknown_type")
    await viewer.barrier()
    shown = metrics_of(hub)
    assert shown['fedwatt_connections{endpoint="worker"}'] == 2
    assert shown['fedwatt_connections{endpoint="viewer"}'] == 1
    assert shown["fedwatt_runs"] == 1
    assert shown["fedwatt_reports_total"] == 5
    assert shown["fedwatt_repeated_reports_total"] == 1
    assert shown["fedwatt_acks_total"] == 6
    assert shown['fedwatt_refusals_total{code="unknown_type"}'] == 1
    assert shown['fedwatt_refusals_total{code="unknown_run"}'] == 1
    assert shown["fedwatt_commits_total"] == shown["fedwatt_commit_seconds_count"] >= 7
    assert shown["fedwatt_committed_events_total"] >= 8
    assert shown["fedwatt_commit_events_count"] == shown["fedwatt_commits_total"]
    assert shown["fedwatt_commit_events_sum"] == shown["fedwatt_committed_events_total"]
    assert 1 <= shown["fedwatt_ack_delay_seconds_count"] <= shown["fedwatt_acks_total"]
    assert shown['fedwatt_runs_by_state{state="running"}'] == 1
    assert shown["fedwatt_settings_read"] == 1
    assert shown["fedwatt_store_ready"] == 1
    assert shown["fedwatt_store_outages_total"] == shown["fedwatt_commit_failures_total"] == 0
    for queue in ("uncommitted", "in_flight", "answers", "worker_frames", "viewer_frames"):
        assert shown[f'fedwatt_queue_bytes{{queue="{queue}"}}'] == 0, queue


async def test_what_policies_decided_and_how_runs_ended(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--policy", "budget:limit_g=100,act=stop")
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1, energy_j={"cpu": 3.6e6}, intensity_g_per_kwh=90.0)  # 90 g of 100
    await worker.report_and_ack(2, energy_j={"cpu": 3.6e6}, intensity_g_per_kwh=90.0)
    await worker.ordered("stop")
    await worker.acknowledge("stopped", 2)
    await worker.bye()
    shown = metrics_of(hub)
    assert shown['fedwatt_policy_decisions_total{policy="budget",action="warn"}'] == 1
    assert shown['fedwatt_policy_decisions_total{policy="budget",action="stop"}'] == 1
    assert shown['fedwatt_runs_by_state{state="stopped"}'] == 1


def test_the_process(hub):
    shown = metrics_of(hub)
    descriptors = len(os.listdir(f"/proc/{hub.process.pid}/fd"))
    assert abs(shown["process_open_fds"] - descriptors) <= 2  # this request's own, and not
    assert descriptors < shown["process_max_fds"]
    pages = int(Path(f"/proc/{hub.process.pid}/statm").read_text().split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE")
    assert 0.5 * resident < shown["process_resident_memory_bytes"] < 2 * resident
    assert shown["process_cpu_seconds_total"] > 0
    assert shown["process_start_time_seconds"] > 1.7e9
