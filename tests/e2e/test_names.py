"""Names are data: whatever somebody calls a run, a worker or a metric writes to no terminal and no
log, computes in no spreadsheet, and is no markup anywhere."""

import csv
import io
import json
import os
import subprocess

import pytest

from hub import TIMEOUT_S, clean_environment
from peers import Viewer, Worker

VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
NASTY = [
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "+1+cmd|' /C calc'!A1",
    "-2+3", "@SUM(A1)",
    "<script>alert(1)</script>",
    "quote\" comma, brace} \\ backslash",
    "{\"type\":\"error\"}",
    "right-to-left \u202e gpj.exe",
    "isolate \u2066 x \u2069 mark \u200f",
    "line\u2028separator\u2029here",
    "zero\u200bwidth \ufeff \u2060",
    "tag \U000e0041\U000e0042",
    "%s%n {} ${HOME} $(id) `id`",
]
MISLEADING = set("\u202e\u2066\u2069\u200f\u2028\u2029\u200b\ufeff\u2060\U000e0041\U000e0042\x1b\x9b")
FORBIDDEN = ["escape \x1b[2J", "csi \x9b2J", "bell \x07", "null \x00", "line\nbreak", "back\x08space", "del \x7f"]


def fedwatt(hub, *arguments):
    tls = ["--ca-file", str(hub.authority.certificate)] if hub.authority else []
    return subprocess.run([VIEWER, *arguments, "--hub", hub.url(), *tls], text=True, timeout=TIMEOUT_S,
                          stdin=subprocess.DEVNULL, capture_output=True, env=clean_environment(), check=False)


def is_clean(text):
    assert not MISLEADING & set(text), ascii(text)
    assert all(c >= " " or c in "\n\r\t" for c in text), ascii(text)


async def told_everything(hub, name):
    """A run in which everything that can have a name has this one."""
    worker = Worker(name, name)
    await worker.join(hub, framework=name, hardware={"cpu": name, "gpu": [name], "ram_bytes": 1})
    await worker.report_and_ack(1, metrics={"accuracy": 0.5, name: 0.25})
    viewer = Viewer()
    viewer.name = name
    await (await viewer.join(hub)).watch(worker.run_id)
    await viewer.command("c-1", worker.run_id, "pause", reason=name)
    await worker.until(lambda: any(m["type"] == "directive" for m in worker.messages), "the order")
    await viewer.close()
    return worker


@pytest.mark.parametrize("name", NASTY)
async def test_nasty_names_are_shown_and_do_nothing(make_hub, sqlite_database, name):
    hub = make_hub(sqlite_database, "--log-level", "debug")
    worker = await told_everything(hub, name)
    run = worker.run_id
    for arguments in (["runs"], ["watch", run, "--plain", "--until-end", "0"], ["policy", "show", run], ["figures", run]):
        if arguments[0] == "watch":
            await worker.send({"type": "bye", "reason": "finished"})
        shown = fedwatt(hub, *arguments)
        is_clean(shown.stdout + shown.stderr)
    is_clean(fedwatt(hub, "watch", "no such run: " + name, "--plain").stderr)
    is_clean(hub.log())
    assert name not in hub.get("/metrics")[1]
    for table in ("rounds", "reports"):
        status, text, content_type = hub.get(f"/api/v1/runs/{run}/{table}?format=csv")
        assert status == 200 and content_type.startswith("text/csv")
        for row in csv.reader(io.StringIO(text)):
            for field in row:
                assert field[:1] not in tuple("=+@") and not field.startswith("-2+"), field
    snapshot = hub.json(f"/api/v1/runs/{run}")
    assert snapshot["run"]["name"] == name  # as it came, for those who take it as data
    status, body, content_type = hub.get("/api/v1/runs/%3Cscript%3E")
    assert status == 404 and content_type == "application/json" and "error" in json.loads(body)


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_control_characters_are_no_part_of_a_name(hub, name):
    for field in ("run", "worker", "framework"):
        worker = Worker("digits", "w")
        await worker.connect(hub)
        await worker.send({**worker.hello, field: name})
        await worker.until(lambda: worker.errors, "an error")  # noqa: B023
        assert worker.errors[0]["code"] == "invalid_hello"
        assert "control character" in worker.errors[0]["message"]
        is_clean(worker.errors[0]["message"])
        await worker.close()
    is_clean(hub.log())
