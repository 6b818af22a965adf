"""A backup that is taken while the hub runs, restored: the same is shown; and what a worker does whose
latest reports the backup has not."""

import sqlite3
import subprocess

from peers import Worker

ENERGY = {"energy_j": {"cpu": 3.6e6}, "intensity_g_per_kwh": 100.0, "num_examples": 10}


def back_up_sqlite(database, tmp_path):
    """As `sqlite3 hub.db "VACUUM INTO 'copy.db'"` does."""
    copy = tmp_path / "copy.db"
    connection = sqlite3.connect(database.removeprefix("sqlite:"))
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    return f"sqlite:{copy}"


def back_up_postgres(database, tmp_path):
    dump = tmp_path / "fedwatt.dump"
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", database], check=True)
    name = database.rpartition("/")[2] + "_restored"
    subprocess.run(["psql", "-q", "-X", database, "-c", f"CREATE DATABASE {name}"], check=True)
    restored = database.rpartition("/")[0] + "/" + name
    subprocess.run(["pg_restore", "--exit-on-error", f"--dbname={restored}", dump], check=True)
    return restored


async def test_a_restored_backup_shows_the_same(make_hub, database, tmp_path):
    hub = make_hub(database)
    workers = [await Worker("digits", f"w{number}", region="FR").join(hub) for number in range(2)]
    for number in range(1, 4):
        for worker in workers:
            await worker.report_and_ack(number, metrics={"accuracy": number / 10}, **ENERGY)
    run = workers[0].run_id
    shown = hub.json(f"/api/v1/runs/{run}/rounds")
    log = hub.get(f"/api/v1/runs/{run}/events")[1]
    back_up = back_up_sqlite if database.startswith("sqlite:") else back_up_postgres
    copy = back_up(database, tmp_path)

    # What comes after the backup is lost with the database.
    for worker in workers:
        await worker.report_and_ack(4, metrics={"accuracy": 0.4}, **ENERGY)
    hub.kill()

    hub.database = copy
    hub.start()
    assert hub.json(f"/api/v1/runs/{run}/rounds") == shown
    restored_log = hub.get(f"/api/v1/runs/{run}/events")[1]
    assert restored_log.startswith(log), "the same log, and who has gone since"

    # A worker learns what the hub has; one that still has the report sends it again ...
    await workers[0].join(hub, run_id=run)
    assert workers[0].welcome["last_seq"] == 3
    await workers[0].resend_missing()
    await workers[0].all_acked()
    # ... and one that dropped it goes on with its next number: the gap is shown.
    await workers[1].join(hub, run_id=run)
    assert workers[1].welcome["last_seq"] == 3
    await workers[1].report_and_ack(5, metrics={"accuracy": 0.5}, **ENERGY)
    missing = {each["worker"]: each["reports_missing"] for each in hub.json(f"/api/v1/runs/{run}")["workers"]}
    assert missing == {"w0": 0, "w1": 1}
    energy = [each["energy_j"] for each in hub.json(f"/api/v1/runs/{run}/rounds")]
    assert energy == [7.2e6, 7.2e6, 7.2e6, 3.6e6, 3.6e6]

    # A run that the backup has not is unknown: its worker is told so, and begins a new one.
    stranger = Worker("later", "w")
    await stranger.connect(hub)
    await stranger.send({**stranger.hello, "run_id": "20260101-000000-abcdef"})
    assert "without run_id" in (await stranger.error("unknown_run"))["message"]
    await stranger.send(stranger.hello)
    await stranger.until(lambda: stranger.welcome, "welcome")
