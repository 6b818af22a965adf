"""What the hub does about a run by itself: a person decides in advance, and outranks it later."""

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from hub import PROGRAM, TIMEOUT_S, clean_environment, die_with_parent
from peers import Viewer, Worker

FEDWATT = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
# 1 kWh at 100 g/kWh: 100 g.
HUNDRED_G = {"energy_j": {"cpu": 3.6e6}, "intensity_g_per_kwh": 100, "metrics": {"accuracy": 0.5}}
BUDGET = {"limit_g": 250, "limit_j": None, "warn_at": 0.8, "at_forecast": False, "act": "pause",
          "dry_run": False}
NONE = {"budget": None, "plateau": None, "intensity": None, "confirm": None, "target": None}


class Operator(Viewer):
    """A viewer that sets policies."""

    def __init__(self, name="ada"):
        super().__init__(name)
        self.answers = {}

    def take(self, message):
        if message["type"] == "policies_set":
            self.answers[message["id"]] = message
        else:
            super().take(message)

    async def set(self, request, run, policies=None, **fields):
        await self.send({"type": "set_policies", "id": request, "run": run, "policies": policies, **fields})
        return await self.until(lambda: self.answers.get(request), f"answer to {request}")

    def decisions(self, run_id):
        return [each["message"] for each in self.events
                if each["run_id"] == run_id and each["kind"] == "policy"]


async def operator_on(hub, run, name="ada"):
    return await (await Operator(name).join(hub)).watch(run)


def fedwatt(hub, *arguments, status=0):
    """Runs the viewer to its end; returns what it printed, where it should."""
    done = subprocess.run([FEDWATT, *arguments, "--hub", f"ws://127.0.0.1:{hub.port}"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=TIMEOUT_S, env=clean_environment(), preexec_fn=die_with_parent)
    assert done.returncode == status, (arguments, done)
    return done.stderr if status == 1 else done.stdout


async def test_a_budget_pauses_and_an_operator_outranks_it(make_hub, database):
    hub = make_hub(database)
    worker = await Worker("digits", "w", policies={"budget": BUDGET}).join(hub)
    run_id = worker.run_id
    ada = await operator_on(hub, "digits")
    assert ada.runs[run_id]["policies"] == {**NONE, "budget": BUDGET}
    await worker.report_and_ack(1, **HUNDRED_G)
    await worker.report_and_ack(2, **HUNDRED_G)  # 200 g of 250: 80 %
    await ada.until(lambda: len(ada.decisions(run_id)) == 1, "the warning")
    warning = await ada.event(run_id, "policy")
    assert warning["alert"] and "200" in warning["message"] and "250" in warning["message"]
    assert warning["numbers"]
    assert ada.runs[run_id]["directive"] == "run"

    await worker.report_and_ack(3, **HUNDRED_G)  # 300 g
    order = await worker.ordered("pause")
    assert order["issued_by"] == "policy budget" and "300" in order["reason"]
    await ada.run_state(run_id, "pausing")
    await worker.acknowledge("paused", 3)
    await ada.run_state(run_id, "paused")
    status = await ada.outcome(run_id, order["command"], "acknowledged")
    assert (status["issued_by"], status["action"]) == ("policy budget", "pause")

    # A hub that is killed now shows the same again, and says nothing twice.
    before, said = ada.state(run_id), ada.decisions(run_id)
    hub.kill()
    hub.start()
    await ada.join(hub)
    await ada.watch("digits")
    await worker.join(hub)
    assert (worker.welcome["directive"], worker.welcome["command"]) == ("pause", order["command"])
    await worker.acknowledge("paused", 3)
    await ada.barrier()
    assert ada.state(run_id)["commands"] == before["commands"]
    assert ada.runs[run_id]["policies"] == before["run"]["policies"]
    assert ada.decisions(run_id) == said

    # She resumes: the policy that she answered only says what it would do from now on.
    await ada.command("c-1", "digits", "resume", reason="it is worth it")
    await worker.ordered("run")
    await worker.acknowledge("running", 3)
    await worker.report_and_ack(4, **HUNDRED_G)
    await ada.outcome(run_id, "c-1", "acknowledged")
    await ada.run_state(run_id, "running")
    hub.kill()
    hub.start()
    await ada.join(hub)
    await ada.watch("digits")
    await worker.join(hub)
    assert worker.welcome["directive"] == "run"
    await worker.report_and_ack(5, **HUNDRED_G)

    # She hands back, and it acts again.
    answer = await ada.set("p-1", "digits", hand_back=True)
    assert (answer["policies"], answer["overruled_by"]) == ({**NONE, "budget": BUDGET}, None)
    if worker.directive["directive"] != "pause":
        await worker.report_and_ack(6, **HUNDRED_G)
    assert (await worker.ordered("pause"))["issued_by"] == "policy budget"


@pytest.mark.sanitize
async def test_policies_are_set_while_it_runs_and_a_dry_run_only_says(hub):
    worker = await Worker("digits", "w").join(hub)
    run_id = worker.run_id
    ada = await operator_on(hub, "digits")
    await worker.report_and_ack(1, **HUNDRED_G)
    answer = await ada.set("p-1", "digits", {"budget": {"limit_g": 90, "dry_run": True}}, reason="to see")
    assert answer["policies"]["budget"] == {**BUDGET, "limit_g": 90, "dry_run": True}
    again = await ada.set("p-1", "digits", {"budget": {"limit_g": 90, "dry_run": True}})
    assert again["offset"] >= answer["offset"]
    await worker.report_and_ack(2, **HUNDRED_G)
    await ada.until(lambda: ada.decisions(run_id), "what it would do")
    await ada.barrier()
    assert ada.runs[run_id]["directive"] == "run"
    assert worker.directive["type"] == "welcome", "no order came"

    await ada.set("p-2", "digits", {"budget": {"limit_g": 90}})
    await worker.ordered("pause")
    changes = [each["message"] for each in ada.events if each["kind"] == "policies_changed"]
    assert len(changes) == 2 and "to see" in changes[0] and "ada" in changes[0]
    await ada.send({"type": "set_policies", "id": "p-3", "run": "nothing", "policies": None})
    assert (await ada.error("unknown_run"))["id"] == "p-3"


async def test_the_policy_commands(hub):
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1, **HUNDRED_G)
    assert fedwatt(hub, "policy", "show", "digits") == "digits has no policies.\n"
    printed = fedwatt(hub, "policy", "set", "digits", "budget", "limit_g=250", "--reason", "as agreed")
    assert printed == ("budget     pause at 250 gCO2e, warn at 80 %\n"
                       "           40 % of 250 gCO2e used (100 gCO2e)\n")
    fedwatt(hub, "policy", "set", "digits", "target:value=0.9", "confirm", "--dry-run")
    answer = json.loads(fedwatt(hub, "policy", "remove", "digits", "confirm", "--json"))
    assert answer["type"] == "policies_set" and answer["run_id"] == worker.run_id
    assert answer["policies"] == {
        **NONE, "budget": BUDGET, "target": {"value": 0.9, "act": "stop", "dry_run": True}}
    run = json.loads(fedwatt(hub, "policy", "show", "digits", "--json"))
    assert run["type"] == "run" and run["policies"] == answer["policies"]

    await worker.report_and_ack(2, **HUNDRED_G)
    await worker.report_and_ack(3, **HUNDRED_G)
    await worker.ordered("pause")
    await worker.acknowledge("paused", 3)
    fedwatt(hub, "policy", "hand-back", "digits")

    complaint = fedwatt(hub, "policy", "set", "digits", "budget", "limt_g=5", status=1)
    assert "budget.limt_g is not known here; known are: limit_g, limit_j" in complaint
    assert "no run is called nothing" in fedwatt(hub, "policy", "show", "nothing", status=1)

    await worker.bye()
    lines = fedwatt(hub, "watch", "digits", "--plain").splitlines()
    alerts = [line for line in lines if line.startswith("▲")]
    assert len(alerts) == 2 and "200" in alerts[0] and "300" in alerts[1]
    assert any("as agreed" in line for line in lines if line.startswith("·"))


async def test_policies_of_the_hub_for_every_new_run(make_hub, sqlite_database, monkeypatch):
    monkeypatch.setattr("hub.clean_environment", lambda: clean_environment(
        FEDWATT_POLICY="budget:limit_g=250 target:value=0.9"))
    hub = make_hub(sqlite_database, "--policy", "target:value=0.8,act=pause")
    worker = await Worker("digits", "w", policies={"budget": {"limit_g": 1}}).join(hub)
    ada = await operator_on(hub, "digits")
    assert ada.runs[worker.run_id]["policies"] == {
        **NONE, "budget": BUDGET, "target": {"value": 0.8, "act": "pause", "dry_run": False}}
    await worker.report_and_ack(1, **{**HUNDRED_G, "metrics": {"accuracy": 0.85}})
    assert (await worker.ordered("pause"))["issued_by"] == "policy target"


async def test_a_dirty_grid_pauses_and_a_clean_one_resumes(make_hub, sqlite_database, tmp_path):
    def grid(g_per_kwh):
        """From an hour ago until an hour from now."""
        now = datetime.now(timezone.utc)
        times = [(now + timedelta(hours=hours)).isoformat() for hours in (-1, 1)]
        (tmp_path / "france.csv").write_text("timestamp,g_per_kwh\n" + "".join(
            f"{time},{g_per_kwh}\n" for time in times))

    grid(400)
    hub = make_hub(sqlite_database, "--intensity-series", f"FR={tmp_path}/france.csv", "--policy",
                   "intensity:pause_above_g_per_kwh=300,resume_below_g_per_kwh=200")
    worker = await Worker("digits", "w", region="FR").join(hub)
    assert worker.welcome["directive"] == "pause"
    await worker.acknowledge("paused")
    ada = await operator_on(hub, "digits")
    await ada.run_state(worker.run_id, "paused")

    for g_per_kwh, directive in [(250, "pause"), (150, "run"), (250, "run"), (301, "pause")]:
        grid(g_per_kwh)
        hub.restart()
        await worker.join(hub)
        await worker.ordered(directive)
    await ada.join(hub)
    await ada.watch("digits")
    first, second, third = ada.decisions(worker.run_id)
    assert "400" in first and "150" in second and "301" in third
    assert {each["issued_by"] for each in ada.commands.values()} == {"policy intensity"}


@pytest.mark.parametrize("text, part", [
    ("budget", "budget.limit_g or limit_j must be given"),
    ("budget:limt_g=5", "budget.limt_g is not known here; known are: limit_g"),
    ("budget:limit_g=lots", "budget.limit_g must be a number"),
    ("bugdet:limit_g=5", "'bugdet' is no kind of policy; there are: budget, plateau"),
    (",", "no policy is given"),
])
def test_a_wrong_policy_stops_the_hub_from_starting(tmp_path, text, part):
    for arguments, extra in ([[f"--policy={text}"], {}], [[], {"FEDWATT_POLICY": text}]):
        done = subprocess.run([PROGRAM, "--database", f"sqlite:{tmp_path}/hub.db", *arguments],
                              capture_output=True, text=True, timeout=TIMEOUT_S,
                              env=clean_environment(**extra), preexec_fn=die_with_parent)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.startswith("fedwatt-hub: --policy: ") and part in done.stderr
        assert done.stderr.count("\n") == 1
