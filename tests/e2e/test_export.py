"""Whole runs go out as CSV and JSON lines, and what other programs measured comes in: exactly, and once."""

import csv
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from hub import TIME_FACTOR, TIMEOUT_S, clean_environment, die_with_parent, until
from peers import Worker

VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
EXPORT_LIMIT_S = 60 * TIME_FACTOR
CODECARBON_COLUMNS = ("timestamp", "project_name", "run_id", "duration", "emissions", "cpu_energy", "gpu_energy",
                      "ram_energy", "energy_consumed", "country_iso_code", "gpu_count", "pue")


def start(command, hub_url, *arguments):
    return subprocess.Popen([VIEWER, command, "--hub", hub_url, *map(str, arguments)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=die_with_parent, env=clean_environment(TZ="UTC"))


def run(command, hub, *arguments, status=0):
    """Standard output and standard error."""
    process = start(command, f"ws://127.0.0.1:{hub.port}", *arguments)
    out, err = process.communicate(timeout=EXPORT_LIMIT_S)
    assert process.returncode == status, (process.returncode, out[-2000:], err)
    return out.decode(), err.decode()


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


async def train(hub, rounds=3):
    """A run of two workers, of which one has a name that a spreadsheet would compute."""
    workers = [await Worker("digits", name, region="FR").join(hub) for name in ('=1+1, "w"', "b")]
    for number in range(1, rounds + 1):
        for worker in workers:
            await worker.report_and_ack(number, energy_j={"cpu": 1800.0 * number}, num_examples=10,
                                        metrics={"accuracy": 0.1 * number}, intensity_g_per_kwh=200.0)
    for worker in workers:
        await worker.bye()
    return workers[0].run_id


@pytest.mark.sanitize
async def test_a_run_goes_out_as_it_is(database, make_hub, tmp_path):
    hub = make_hub(database)
    run_id = await train(hub)
    until(lambda: hub.json(f"/api/v1/runs/{run_id}")["run"]["state"] == "finished", "the run's end")
    folder = tmp_path / "digits"
    run("export", hub, "digits", "--what", "all", "-o", folder)
    assert sorted(each.name for each in folder.iterdir()) == ["events.jsonl", "reports.csv", "rounds.csv", "run.json"]

    snapshot = hub.json(f"/api/v1/runs/{run_id}")
    assert json.loads((folder / "run.json").read_text()) == snapshot
    assert (folder / "rounds.csv").read_bytes().decode() == hub.get(f"/api/v1/runs/{run_id}/rounds?format=csv")[1]
    reports = rows_of((folder / "reports.csv").read_text())
    assert len(reports) == 6
    assert {each["worker"] for each in reports} == {"'=1+1, \"w\"", "b"}
    assert {each["run_id"] for each in reports} == {run_id}
    assert {each["gpu_j"] for each in reports} == {""}, "not measured is empty, never 0"
    for figures in snapshot["rounds"]:
        of_round = [each for each in reports if int(each["round"]) == figures["round"]]
        for name in ("emissions_g", "num_examples"):
            assert math.fsum(float(each[name]) for each in of_round) == pytest.approx(figures[name], rel=1e-12)
        assert math.fsum(float(each["cpu_j"]) for each in of_round) == pytest.approx(figures["energy_j"], rel=1e-12)
    events = lines_of((folder / "events.jsonl").read_text())
    assert [each["offset"] for each in events] == list(range(1, snapshot["run"]["offset"] + 1))
    assert events[0]["kind"] == "run_created"
    assert sum(each["kind"] == "report_received" for each in events) == 6

    # The same to standard output, and as JSON lines, where nothing needs an apostrophe.
    assert run("export", hub, run_id)[0] == (folder / "reports.csv").read_bytes().decode()
    as_json = lines_of(run("export", hub, run_id, "--format", "jsonl", "-o", "-")[0])
    assert [each["offset"] for each in as_json] == [int(each["offset"]) for each in reports]
    assert {each["worker"] for each in as_json} == {'=1+1, "w"', "b"}
    assert lines_of(run("export", hub, run_id, "--what", "rounds", "--format", "jsonl")[0]) == \
        hub.json(f"/api/v1/runs/{run_id}/rounds")

    # What is there is not replaced, unless it is said.
    (folder / "reports.csv").write_text("mine")
    _, err = run("export", hub, "digits", "-o", folder / "reports.csv", status=1)
    assert "--force" in err and (folder / "reports.csv").read_text() == "mine"
    run("export", hub, "digits", "--what", "all", "-o", folder, "--force")
    assert len(rows_of((folder / "reports.csv").read_text())) == 6
    assert len(list(folder.iterdir())) == 4


def write_offline_file(path, reports):
    """As libfedwatt writes it; eight reports a round."""
    with path.open("w") as file:
        def line(**message):
            file.write(json.dumps(message) + "\n")
        line(type="hello", run="large", worker="a", session="session-of-large")
        for seq in range(1, reports + 1):
            line(type="report", seq=seq, round=(seq + 7) // 8, phase="fit", duration_s=1.0,
                 started_at="2026-01-01T00:00:00.000Z", energy_j={"cpu": 10.0}, round_complete=seq % 8 == 0)
        line(type="bye", reason="finished")
    return path


def test_25000_reports_come_in_pages(hub, tmp_path):
    count = 25_000
    run("import", hub, write_offline_file(tmp_path / "large.jsonl", count))
    out = tmp_path / "large.csv"
    run("export", hub, "large", "-o", out)
    reports = rows_of(out.read_text())
    assert [int(each["seq"]) for each in reports] == list(range(1, count + 1))
    assert out.read_text().count("run_id") == 1, "one header line"
    assert len(run("export", hub, "large", "--what", "events")[0].splitlines()) == \
        hub.json("/api/v1/runs/large")["run"]["offset"]
    status, text, _ = hub.get("/api/v1/runs/large/reports?format=csv&after=24000&limit=500")
    assert status == 200 and [int(each["offset"]) for each in rows_of(text)] == list(range(24_001, 24_501))


def test_what_is_wrong_is_said(hub, tmp_path):
    _, err = run("export", hub, "nowhere", "-o", tmp_path / "x.csv", status=1)
    assert "no run is called nowhere" in err
    _, err = run("export", hub, "nowhere", "--what", "all", "-o", tmp_path / "folder", status=1)
    assert "nowhere" in err
    assert list(tmp_path.glob("x*")) == [] and not (tmp_path / "folder").exists()
    assert run("export", hub, "nowhere", "--what", "events", "--format", "csv", status=1)[1]
    process = start("export", "ws://127.0.0.1:1", "digits")
    assert "127.0.0.1:1" in process.communicate(timeout=TIMEOUT_S)[1].decode()
    assert process.returncode == 3


class HalfAnAnswer:
    """A hub that sends the beginning of an answer, and then nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connection = None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        self.connection = self.listener.accept()[0]
        self.connection.recv(65536)
        self.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n"
                                b"run_id,offset\r\n")

    def close(self):
        self.listener.close()
        self.connection.close()


@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM", "the hub's"])
def test_nothing_half_remains(tmp_path, ending):
    hub = HalfAnAnswer()
    process = start("export", hub.url, "digits", "-o", tmp_path / "digits.csv")
    until(lambda: list(tmp_path.iterdir()), "a file that is not complete")
    assert not (tmp_path / "digits.csv").exists()
    if ending == "the hub's":
        until(lambda: hub.connection, "the request")
        hub.connection.shutdown(socket.SHUT_RDWR)
    else:
        process.send_signal(getattr(signal, ending))
    process.communicate(timeout=TIMEOUT_S)
    hub.close()
    assert process.returncode == (3 if ending == "the hub's" else 130)
    assert list(tmp_path.iterdir()) == []


# ---- what other programs measured ----


def codecarbon_row(run_id, duration_s, emissions_kg, kwh, project="digits", **more):
    row = {"timestamp": "2026-01-31T12:00:10", "project_name": project, "run_id": run_id, "duration": duration_s,
           "emissions": emissions_kg, "cpu_energy": kwh * 0.75, "gpu_energy": 0.0, "ram_energy": kwh * 0.25,
           "energy_consumed": kwh, "country_iso_code": "FRA", "gpu_count": 0, "pue": 1.0, **more}
    return ",".join(str(row[column]) for column in CODECARBON_COLUMNS)


def write_codecarbon(path, *rows):
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([",".join(CODECARBON_COLUMNS), *rows]) + "\n")
    return path


@pytest.mark.sanitize
def test_codecarbons_emissions_come_out_as_it_said(database, make_hub, tmp_path):
    hub = make_hub(database, "--pue", "1.5")  # codecarbon's own is in its energy: this must not be added
    kilograms = [1.2345678901e-05 * n for n in range(1, 8)]
    rows = [codecarbon_row(f"r{n}", 10.5, kg, 0.0001234567 * (n + 1)) for n, kg in enumerate(kilograms)]
    path = write_codecarbon(tmp_path / "hospital-3" / "emissions.csv", *rows[:3], "half,a,row", *rows[3:])
    out, err = run("import", hub, "--json", path)
    (outcome,) = lines_of(out)
    assert f"{path}, line 5: has 3 fields, the header 12: skipped" in err
    assert (outcome["worker"], outcome["reports_new"], outcome["rows_skipped"]) == ("hospital-3", 7, 1)
    snapshot = hub.json("/api/v1/runs/digits")
    assert snapshot["run"]["emissions_g"] == pytest.approx(1000 * math.fsum(kilograms), rel=1e-9)
    assert snapshot["run"]["energy_j"] == pytest.approx(3.6e6 * 0.0001234567 * 28, rel=1e-9)
    assert [each["emissions_g"] for each in snapshot["rounds"]] == pytest.approx([1000 * kg for kg in kilograms])
    assert snapshot["rounds"][0]["energy_sources"] == ["external:codecarbon"]
    assert snapshot["workers"][0]["intensity_source"] == "report"

    # Again, and again after it has grown: nothing counts twice.
    (again,) = lines_of(run("import", hub, "--json", path)[0])
    assert (again["reports_new"], again["reports_already_there"]) == (0, 7)
    with path.open("a") as file:
        file.write(codecarbon_row("r9", 1, 0.001, 0.01) + "\n")
    (grown,) = lines_of(run("import", hub, "--json", path)[0])
    assert (grown["run_id"], grown["reports_new"], grown["reports_already_there"]) == (outcome["run_id"], 1, 7)
    assert hub.json("/api/v1/runs/digits")["run"]["emissions_g"] == pytest.approx(1 + 1000 * math.fsum(kilograms))
    assert len(hub.json("/api/v1/runs")) == 1


def test_strict_takes_all_rows_or_none(hub, tmp_path):
    path = write_codecarbon(tmp_path / "a" / "emissions.csv", codecarbon_row("r1", 1, 0.001, 0.01), "half,a,row")
    _, err = run("import", hub, "--strict", path, status=1)
    assert "line 3" in err and "nothing was imported" in err
    assert hub.json("/api/v1/runs") == []


async def test_codecarbons_energy_into_a_training_that_was(hub, tmp_path):
    """Accuracy from the workers, energy from codecarbon: the round is told again with both."""
    worker = await Worker("digits", "a").join(hub)
    await worker.report_and_ack(1, metrics={"accuracy": 0.5})
    await worker.bye()
    files = [write_codecarbon(tmp_path / name / "emissions.csv", codecarbon_row(f"of {name}", 1, 0.001, 0.01))
             for name in ("site-1", "site-2")]
    run("import", hub, "--into", "digits", *files)
    (figures,) = hub.json(f"/api/v1/runs/{worker.run_id}/rounds")
    assert figures["accuracy"] == 0.5
    assert figures["energy_j"] == pytest.approx(72_000.0) and figures["emissions_g"] == pytest.approx(2.0)
    _, err = run("import", hub, "--into", "digits", *files, "--as", "x", status=1)
    assert "--as" in err


def test_carbontrackers_log(hub, tmp_path):
    path = tmp_path / "12.3_2026-01-31T120000Z_carbontracker.log"
    path.write_text(
        "2026-01-31 12:00:00 - carbontracker version 2.4.7\n"
        "2026-01-31 12:00:00 - Only predicted and actual consumptions are multiplied by a PUE coefficient of 1.58 "
        "(Daniel Bizo, 2023, Uptime Institute Global Data Center Survey).\n"
        "2026-01-31 12:00:10 - Epoch 1:\n"
        "2026-01-31 12:00:10 - Duration: 0:00:10.00\n"
        "2026-01-31 12:00:10 - Average power usage (W) for gpu: [100. 20.]\n"
        "2026-01-31 12:00:10 - Average power usage (W) for cpu: 60.0\n"
        "2026-01-31 12:00:10 - Average carbon intensity during training was 100.00 gCO2/kWh.\n")
    (outcome,) = lines_of(run("import", hub, "--json", path)[0])
    assert outcome["worker"] == "12.3_2026-01-31T120000Z"
    (figures,) = hub.json("/api/v1/runs/carbontracker/rounds")
    assert figures["energy_by_component"]["gpu"] == pytest.approx(1200.0)
    # 1800 J / 3.6e6 × PUE 1.58 × 100 g/kWh = 0.079 g
    assert figures["emissions_g"] == pytest.approx(0.079, rel=1e-12)
    (again,) = lines_of(run("import", hub, "--json", path)[0])
    assert (again["reports_new"], again["reports_already_there"]) == (0, 1)


MAKE_EMISSIONS = """
import sys, time, codecarbon
for _ in range(2):
    tracker = codecarbon.OfflineEmissionsTracker(
        country_iso_code="FRA", project_name="digits", output_dir=sys.argv[1], log_level="error",
        measure_power_secs=0.2, force_mode_cpu_load=True, allow_multiple_runs=True)
    tracker.start()
    for _ in range(2):
        time.sleep(0.5)
        tracker.flush()
    tracker.stop()
"""


def test_a_file_that_codecarbon_wrote(hub, tmp_path):
    python = os.environ.get("FEDWATT_CODECARBON_PYTHON")
    if not python:
        pytest.skip("FEDWATT_CODECARBON_PYTHON names no Python that has codecarbon")
    subprocess.run([python, "-c", MAKE_EMISSIONS, tmp_path], check=True, timeout=EXPORT_LIMIT_S,
                   stdout=sys.stderr)
    latest = {each["run_id"]: each for each in rows_of((tmp_path / "emissions.csv").read_text())}
    assert len(latest) == 2
    (outcome,) = lines_of(run("import", hub, "--json", tmp_path / "emissions.csv")[0])
    assert outcome["rows_skipped"] == 0 and outcome["reports_new"] == 6
    shown = hub.json("/api/v1/runs/digits")["run"]
    assert shown["emissions_g"] == pytest.approx(
        1000 * math.fsum(float(each["emissions"]) for each in latest.values()), rel=1e-9)
    assert shown["energy_j"] == pytest.approx(
        3.6e6 * math.fsum(float(each["energy_consumed"]) for each in latest.values()), rel=1e-9)
