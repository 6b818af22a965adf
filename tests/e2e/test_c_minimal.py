"""examples/c-minimal, the real program, against the real hub."""

import asyncio
import os
import re

from hub import TIMEOUT_S, clean_environment
from peers import Viewer

PROGRAM = os.environ.get("FEDWATT_C_MINIMAL_PROGRAM", "c_minimal")


async def start(hub, rounds):
    return await asyncio.create_subprocess_exec(
        PROGRAM, f"ws://127.0.0.1:{hub.port}", "c-1", str(rounds), env=clean_environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)


async def test_its_rounds_are_in_the_hub(hub):
    program = await start(hub, 3)
    output, log = await asyncio.wait_for(program.communicate(), TIMEOUT_S)
    assert program.returncode == 0, log
    printed = re.findall(rb"round (\d) accuracy (\S+)", output)
    assert [int(number) for number, _ in printed] == [1, 2, 3]
    assert output.endswith(b"finished\n")
    assert float(printed[0][1]) < float(printed[2][1])  # it learns

    rounds = hub.json("/api/v1/runs/c-minimal/rounds")
    assert [each["round"] for each in rounds] == [1, 2, 3]
    for each, (_, accuracy) in zip(rounds, printed):
        assert f"{each['accuracy']:.4f}" == accuracy.decode()
        assert each["num_examples"] == 20000
        assert each["workers_reported"] == 1
        assert each["energy_j"] > 0
        assert 0 < each["worker_s"] < TIMEOUT_S
    snapshot = hub.json("/api/v1/runs/c-minimal")
    assert snapshot["run"]["total_rounds"] == 3
    assert snapshot["workers"][0]["worker"] == "c-1"


async def test_it_waits_while_paused_and_ends_when_stopped(hub):
    program = await start(hub, 10**9)
    viewer = await (await Viewer().join(hub)).watch("*")
    await viewer.until(lambda: viewer.runs, "its run")
    run_id = next(iter(viewer.runs))
    await viewer.command("c-1", run_id, "pause")
    await viewer.run_state(run_id, "paused")
    await viewer.command("c-2", run_id, "resume")
    await viewer.run_state(run_id, "running")
    await viewer.command("c-3", run_id, "stop")
    output, log = await asyncio.wait_for(program.communicate(), TIMEOUT_S)
    assert program.returncode == 0, log
    assert output.endswith(b"stopped\n")
    await viewer.run_state(run_id, "stopped")
    await viewer.close()
