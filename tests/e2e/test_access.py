"""Tokens, as those meet them who have one, and those who have none or would like to do more: over
the real wire, with the real programs."""

import asyncio
import json
import os
import re
import subprocess

import pytest
import websockets

from hub import PROGRAM, TIMEOUT_S, clean_environment, die_with_parent, until
from peers import Viewer, Worker

VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
WORKER = os.environ.get("FEDWATT_OFFLINE_WORKER_PROGRAM", "offline_worker")
UNAUTHORIZED, NOT_ALLOWED = 3503, 3504


class Tokens:
    """The tokens' file of a hub, changed by the real command; every token that was ever made."""

    def __init__(self, path):
        self.path = path
        self.made = {}

    def command(self, *arguments):
        return subprocess.run([PROGRAM, "token", *arguments, "--tokens", str(self.path)], text=True,
                              timeout=TIMEOUT_S, capture_output=True, env=clean_environment(), check=False)

    def add(self, name, role, *options):
        done = self.command("add", name, "--role", role, *options)
        assert done.returncode == 0, done.stderr
        self.made[name] = done.stdout.strip()
        assert re.fullmatch(rf"fw_{name}_[0-9a-f]{{64}}", self.made[name])
        return self.made[name]

    def revoke(self, name):
        assert self.command("revoke", name).returncode == 0

    def headers(self, name):
        return {"Authorization": f"Bearer {self.made[name]}"}


@pytest.fixture
def tokens(tmp_path):
    tokens = Tokens(tmp_path / "tokens.json")
    tokens.add("alice", "worker", "--runs", "digits")
    tokens.add("bob", "worker", "--runs", "secret-*")
    tokens.add("vera", "viewer", "--runs", "digits")
    tokens.add("otto", "operator", "--runs", "digits")
    tokens.add("prom", "viewer", "--runs", "*")
    return tokens


@pytest.fixture
def guarded(make_hub, sqlite_database, tokens):
    """A hub that wants tokens, in whose log, database and metrics no secret ever is."""
    hub = make_hub(sqlite_database, "--tokens", str(tokens.path), "--log-level", "debug")
    yield hub
    metrics = hub.get("/metrics", tokens.headers("prom"))[1]
    for text in (hub._log_path.read_text(), metrics, tokens.path.read_text(), tokens.command("list").stdout):
        for token in tokens.made.values():
            assert token.rpartition("_")[2] not in text


async def joined(hub, tokens, name="alice", run="digits"):
    worker = Worker(run, name, token=tokens.made[name])
    return await worker.join(hub)


async def refused_handshake(hub, path, headers):
    with pytest.raises(websockets.exceptions.InvalidStatusCode) as refused:
        await websockets.connect(f"{hub.url()}{path}", extra_headers=headers, open_timeout=TIMEOUT_S)
    return refused.value.status_code


async def closed_after(hub, peer, *messages, **options):
    await peer.connect(hub, **options)
    await peer.send(*messages)
    return await peer.until_closed()


def fedwatt(hub, *arguments, token=None):
    environment = {"FEDWATT_TOKEN": token} if token else {}
    return subprocess.run([VIEWER, *arguments, "--hub", hub.url()], text=True, timeout=TIMEOUT_S,
                          stdin=subprocess.DEVNULL, capture_output=True, env=clean_environment(**environment),
                          check=False)


async def test_nobody_is_let_in_without_a_token(guarded, tokens):
    worker = Worker("digits", "alice")
    assert await closed_after(guarded, worker, worker.hello) == UNAUTHORIZED
    assert worker.errors[0]["code"] == "unauthorized"
    viewer = Viewer()
    assert await closed_after(guarded, viewer, {"type": "hello"}) == UNAUTHORIZED
    for wrong in ("x", "fw_alice_" + "0" * 64, tokens.made["alice"][:-1], tokens.made["alice"] + "0"):
        headers = {"Authorization": f"Bearer {wrong}"}
        assert await refused_handshake(guarded, "/v1/worker", headers) == 401
        assert guarded.get("/api/v1/runs", headers)[0] == 401
    assert guarded.get("/api/v1/runs")[0] == guarded.get("/metrics")[0] == 401
    assert guarded.get("/healthz")[0] == guarded.get("/readyz")[0] == 200
    assert guarded.log_lines("refused 127.0.0.1")


async def test_a_worker_reports_as_itself_to_its_runs_alone(guarded, tokens):
    alice = await joined(guarded, tokens)
    await alice.report_and_ack(1)
    bob = await joined(guarded, tokens, "bob", "secret-1")
    headers = tokens.headers("alice")
    assert await refused_handshake(guarded, "/v1/viewer", headers) == 403
    for run, name in (("digits", "bob"), ("secret-1", "alice"), ("secret-1", "bob")):
        other = Worker(run, name)
        assert await closed_after(guarded, other, other.hello, extra_headers=headers) == NOT_ALLOWED
    thief = Worker("digits", "alice", run_id=bob.run_id)
    await thief.connect(guarded, extra_headers=headers)
    await thief.send(thief.hello)
    await thief.error("unknown_run")
    # And bob noticed nothing.
    await bob.report_and_ack(1)


async def test_a_viewer_sees_its_runs_and_commands_none(guarded, tokens):
    await joined(guarded, tokens)
    bob = await joined(guarded, tokens, "bob", "secret-1")
    viewer = Viewer()
    await viewer.connect(guarded, extra_headers=tokens.headers("vera"))
    await viewer.send({"type": "hello"}, {"type": "subscribe", "run": bob.run_id})
    await viewer.error("not_allowed")
    await viewer.send({"type": "command", "id": "c", "run": "digits", "action": "stop"})
    await viewer.error("not_allowed")
    listed = json.loads(guarded.get("/api/v1/runs", tokens.headers("vera"))[1])
    assert [run["name"] for run in listed] == ["digits"]
    assert guarded.get(f"/api/v1/runs/{bob.run_id}/events", tokens.headers("vera"))[0] == 403
    assert guarded.get("/metrics", tokens.headers("vera"))[0] == 403


async def test_revocation_ends_live_connections(guarded, tokens):
    alice = await joined(guarded, tokens)
    viewer = Viewer()
    await viewer.connect(guarded, extra_headers=tokens.headers("vera"))
    tokens.revoke("alice")
    assert await alice.until_closed() == UNAUTHORIZED
    tokens.revoke("vera")
    assert await viewer.until_closed() == UNAUTHORIZED
    assert await refused_handshake(guarded, "/v1/worker", tokens.headers("alice")) == 401
    # A new token of the name works, and the old one does not.
    old = tokens.headers("alice")
    tokens.add("alice", "worker", "--runs", "digits")
    until(lambda: "5 tokens read" in guarded.log() and guarded.get("/api/v1/runs", tokens.headers("alice"))[0] == 403,
          "the new token")
    assert await refused_handshake(guarded, "/v1/worker", old) == 401
    await joined(guarded, tokens)


async def test_a_broken_file_leaves_the_old_tokens_in_force(guarded, tokens):
    good = tokens.path.read_text()
    tokens.path.write_text("{")
    until(lambda: guarded.log_lines("is not JSON"), "the log says so")
    await joined(guarded, tokens)
    tokens.path.write_text(good.replace('"digits"', '"other"'))
    until(lambda: json.loads(guarded.get("/api/v1/runs", tokens.headers("vera"))[1]) == [], "vera sees another run")


def test_a_broken_file_is_an_error_at_the_start(tmp_path, sqlite_database):
    path = tmp_path / "tokens.json"
    path.write_text('{"fedwatt_tokens":1,"tokens":[{"name":"a"}]}')
    path.chmod(0o600)
    done = subprocess.run([PROGRAM, "--tokens", str(path), "--database", sqlite_database, "--listen", "127.0.0.1:0"],
                          text=True, timeout=TIMEOUT_S, capture_output=True, env=clean_environment(), check=False)
    assert done.returncode == 2
    assert str(path) in done.stderr and "token 1" in done.stderr


async def test_the_viewer_program_brings_its_token_and_is_told_what_it_may_not(guarded, tokens, tmp_path):
    alice = await joined(guarded, tokens)
    assert fedwatt(guarded, "runs", token=tokens.made["vera"]).returncode == 0
    path = tmp_path / "vera.token"
    path.write_text(tokens.made["vera"] + "\r\n# hers\n")
    for command in (("runs",), ("figures", "digits"), ("export", "digits")):
        done = fedwatt(guarded, *command, "--token-file", str(path))
        assert done.returncode == 0, (command, done.stderr)
    for command in (("runs",), ("figures", "digits"), ("export", "digits")):
        done = fedwatt(guarded, *command)
        assert done.returncode == 1 and "needs a token" in done.stderr, (command, done.stderr)
        done = fedwatt(guarded, *command, token="fw_vera_" + "0" * 64)
        assert done.returncode == 1 and "token" in done.stderr, (command, done.stderr)
        assert "0" * 64 not in done.stderr
    done = fedwatt(guarded, "pause", "digits", "--reason", "x", token=tokens.made["vera"])
    assert done.returncode == 1 and "its role is viewer" in done.stderr
    pausing = asyncio.create_task(asyncio.to_thread(
        fedwatt, guarded, "pause", "digits", "--reason", "x", "--name", "root", token=tokens.made["otto"]))
    await alice.ordered("pause")
    await alice.acknowledge("paused")
    done = await pausing
    assert done.returncode == 0, done.stderr
    commands = json.loads(guarded.get("/api/v1/runs/digits", tokens.headers("otto"))[1])["commands"]
    assert [command["issued_by"] for command in commands] == ["otto"]


async def test_libfedwatt_brings_its_token_and_gives_up_on_a_wrong_one(guarded, tokens, tmp_path):
    def worker(token):
        return subprocess.Popen(
            [WORKER, guarded.url(), "digits", "alice", str(tmp_path / "rest.jsonl")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent,
            env=clean_environment(FEDWATT_TOKEN=token))

    good = worker(tokens.made["alice"])
    assert "connected to the hub as alice" in good.stderr.readline()
    _, log = good.communicate("2\nflush\n", timeout=TIMEOUT_S)
    assert good.returncode == 0 and tokens.made["alice"] not in log
    bad = worker(tokens.made["bob"][:-1] + "x")
    line = bad.stderr.readline()
    assert "does not accept this token" in line and "not trying again" in line
    _, log = bad.communicate("1\n", timeout=TIMEOUT_S)
    kept = (tmp_path / "rest.jsonl").read_text()
    assert bad.returncode == 0 and tokens.made["bob"][:-1] not in log + kept
    # What it kept is brought by somebody who may.
    tokens.add("bringer", "worker", "--runs", "digits", "--worker", "*")
    until(lambda: guarded.get("/api/v1/runs", tokens.headers("bringer"))[0] == 403, "the new token is read")
    done = fedwatt(guarded, "import", str(tmp_path / "rest.jsonl"), token=tokens.made["bringer"])
    assert done.returncode == 0, done.stderr
    done = fedwatt(guarded, "import", str(tmp_path / "rest.jsonl"), token=tokens.made["vera"])
    assert done.returncode != 0 and "role" in done.stderr
