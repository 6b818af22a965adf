"""Settings that are checked before a hub starts, and changed while it runs; a log that tells no secret."""

import asyncio
import json
import re
import signal

import pytest

from hub import until
from peers import Viewer, Worker
from test_alerts import receiver  # noqa: F401  (a fixture)
from test_bad_start import assert_refused, run_hub

SECRETS = ("s3cret-password", "s3cret-hook", "s3cret-header", "s3cret-maps", "s3cret-token")


def reload(hub):
    """Has it read its settings again; returns the lines of its log about that."""
    seen = len(hub.log_lines(""))
    hub.process.send_signal(signal.SIGHUP)
    until(lambda: any("read again" in line for line in hub.log_lines("")[seen:]), "the reload")
    return hub.log_lines("")[seen:]


# ---- --check-config ------------------------------------------------------------------------------


def test_what_is_in_force_and_where_it_came_from(tmp_path):
    config = tmp_path / "hub.conf"
    config.write_text("round-deadline = 60\npue = 1.1\nquorum-of-the-house = 1\n")
    arguments = ["--check-config", "--config", config, "--database", f"sqlite:{tmp_path}/hub.db"]
    assert_refused(run_hub(*arguments), "quorum-of-the-house")
    config.write_text("round-deadline = 60\npue = 1.1\nworker-grace = 5\npolicy = plateau:rounds=5,least_gain=0.01,act=pause\n")
    done = run_hub(*arguments, "--pue", "1.3", environment={"FEDWATT_PUE": "1.2", "FEDWATT_WORKER_GRACE": "7"})
    assert done.returncode == 0 and done.stderr == "", done.stderr
    shown = {line.split(" = ")[0]: re.split(r" = | +# ", line)[1:] for line in done.stdout.splitlines()}
    # The command line outranks the environment, which outranks the file.
    assert shown["pue"] == ["1.3", "command line"]
    assert shown["worker-grace"] == ["7", "environment FEDWATT_WORKER_GRACE"]
    assert shown["round-deadline"] == ["60", f"file {config}"]
    assert shown["round-quorum"] == ["0.5", "default"]
    assert shown["uk-carbon-intensity"] == ["false", "default"]
    assert not (tmp_path / "hub.db").exists(), "a check creates nothing"


@pytest.mark.parametrize("options, says", [
    (["--database", "sqlite:/nowhere/hub.db"], ["/nowhere", "does not exist"]),
    (["--database", "postgresql://fedwatt:s3cret-password@db:port/x"], ["PostgreSQL address"]),
    (["--intensity-table", "/nowhere.csv"], ["--intensity-table", "/nowhere.csv"]),
    (["--intensity-series", "FR=/nowhere.csv"], ["--intensity-series", "/nowhere.csv"]),
    (["--policy", "colour:blue"], ["--policy", "colour"]),
    (["--alert-webhook", "ftp://x/s3cret-hook"], ["--alert-webhook"]),
    (["--config", "/nowhere.conf"], ["/nowhere.conf"]),
], ids=lambda value: value[-1] if value[0].startswith("--") else "")
def test_what_is_wrong_is_found_without_starting(tmp_path, options, says):
    done = run_hub("--check-config", *options)
    assert_refused(done, *says)
    assert not any(secret in done.stderr for secret in SECRETS)


def test_a_check_shows_no_secret(tmp_path):
    done = run_hub("--check-config", "--database", "postgresql://fedwatt:s3cret-password@127.0.0.1:1/fedwatt",
                   "--alert-webhook", "https://example.org/s3cret-hook", "--alert-webhook-header",
                   "Authorization: s3cret-header", environment={"FEDWATT_ELECTRICITY_MAPS_TOKEN": "s3cret-maps"})
    assert done.returncode == 0, done.stderr
    assert "postgresql://fedwatt:***@127.0.0.1:1/fedwatt" in done.stdout and "https://example.org/***" in done.stdout
    assert not any(secret in done.stdout for secret in SECRETS), done.stdout


# ---- SIGHUP --------------------------------------------------------------------------------------


async def test_what_a_running_hub_takes_over(make_hub, sqlite_database, tmp_path, receiver):  # noqa: F811
    config = tmp_path / "hub.conf"
    table = tmp_path / "table.csv"
    header = "code,name,also,g_per_kwh,year,source\nWORLD,World,,500,2024,x\n"
    table.write_text(header + "FR,France,,50,2024,x\n")
    config.write_text(f"worker-grace = 600\nintensity-table = {table}\n")
    hub = make_hub(sqlite_database, "--config", str(config))
    worker = await Worker("digits", "w", region="FR").join(hub)
    await worker.report_and_ack(1, energy_j={"cpu": 3.6e6})
    rounds = "/api/v1/runs/digits/rounds"
    first_g = hub.json(rounds)[0]["emissions_g"]

    table.write_text(header + "FR,France,,100,2024,x\n")
    config.write_text(f"worker-grace = 0.2\nintensity-table = {table}\nmax-connections = 7\nlog-level = debug\n"
                      f"policy = budget:limit_g=1000,act=pause\nalert-webhook = {receiver.origin}/s3cret-hook\n")
    lines = "\n".join(reload(hub))
    until(lambda: hub.log_lines("needs a restart"), "the end of the reload")
    lines = "\n".join(hub.log_lines("setting"))
    for change in ("worker-grace = 0.2", "log-level = debug", f"alert-webhook = {receiver.origin}/***"):
        assert f"setting changed: {change}" in lines, lines
    assert "not changed, as that needs a restart: max-connections = 7" in lines, lines
    # The same worker's next report is appraised with the new table: of twice the intensity.
    await worker.report_and_ack(2, energy_j={"cpu": 3.6e6})
    assert hub.json(rounds)[1]["emissions_g"] == pytest.approx(2 * first_g)
    # A new run has the new rules and policies, and its alerts reach the new webhook.
    stays, lost = [await Worker("second", name).join(hub) for name in ("stays", "goes")]
    await stays.report_and_ack(1)
    assert hub.json("/api/v1/runs/second")["run"]["policies"]["budget"]["limit_g"] == 1000
    lost.cut()
    [posted] = await asyncio.to_thread(receiver.posted, 1)
    assert posted["alerts"][0]["kind"] == "worker_lost"
    # A line of debug is logged now, and says which connection it is about.
    assert re.search(r"debug .* says hello \[connection=\d+\]", "\n".join(hub.log_lines("says hello")))


async def test_a_broken_file_changes_nothing(make_hub, sqlite_database, tmp_path):
    config = tmp_path / "hub.conf"
    config.write_text("log-format = json\n")
    hub = make_hub(sqlite_database, "--config", str(config))
    config.write_text("log-format = text\nround-quorum = lots\n")
    line = json.loads(reload(hub)[0])
    assert line["level"] == "error" and "old ones stay" in line["message"] and "lots" in line["message"]
    config.unlink()
    assert "old ones stay" in json.loads(reload(hub)[0])["message"]
    config.write_text("log-format = text\n")
    assert " info settings read again; 1 changed" in reload(hub)[0]
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1)


# ---- the log -------------------------------------------------------------------------------------


async def test_the_log_tells_no_secret(make_hub, postgres_database, receiver):  # noqa: F811
    receiver.statuses = [401] * 5
    password = re.search("://[^:]+:([^@]+)@", postgres_database).group(1)
    hub = make_hub(postgres_database, "--log-level", "debug", "--log-format", "json", "--worker-grace", "0.1",
                   "--alert-webhook", f"{receiver.origin}/s3cret-hook", "--alert-webhook-header",
                   "Authorization: s3cret-header", "--electricity-maps-token", "s3cret-maps",
                   "--electricity-maps-url", receiver.origin)
    worker = await Worker("digits", "w", region="Atlantis", token="s3cret-token").join(hub)
    await worker.report_and_ack(1)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await viewer.barrier()
    hub.get("/api/v1/runs?token=s3cret-token", headers={"Authorization": "Bearer s3cret-token"})
    await worker.close()
    for part in ("webhook", "connection is gone"):
        await asyncio.to_thread(until, lambda part=part: hub.log_lines(part), part)
    reload(hub)
    lines = [json.loads(line) for line in hub.log_lines("")]
    connection = next(line["connection"] for line in lines if "says hello" in line["message"])
    about_it = [line["message"] for line in lines if line.get("connection") == connection]
    assert "connects from" in about_it[0] and "connection is gone" in about_it[-1], about_it
    assert any(line["message"].startswith("GET /api/v1/runs: ") and line["request"] > 0 for line in lines)
    assert not any(secret in line for line in hub.log_lines("") for secret in (password, *SECRETS))
