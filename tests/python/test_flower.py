"""A Flower app with Fedwatt's two lines, run by the real Flower against a real hub."""

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest
from conftest import UNPACKED
from flower_rig import FLOWER_TIMEOUT_S, Flower, leave_the_network, order, virtual_environment
from hub import until

APP = Path(os.environ["FEDWATT_FLOWER_EXAMPLE"])
LEGACY_APP = Path(__file__).parent / "flower_legacy"


@pytest.fixture(scope="session")
def programs():
    found = virtual_environment(Path(os.environ["FEDWATT_FLOWER_VENV"]))
    leave_the_network()  # once PyPI has been asked
    return found


@pytest.fixture
def flower(programs, tmp_path):
    rig = Flower(programs, tmp_path, UNPACKED.name)
    try:
        yield rig
    finally:
        rig.dispose()


def snapshot(hub, run):
    return hub.json(f"/api/v1/runs/{run}")


def closed_rounds(hub, run):
    if not hub.has(f"/api/v1/runs/{run}"):
        return []
    return [each["round"] for each in hub.rounds(run) if each["closed_by"]]


def wait_for_round(hub, run, number, flower):
    until(lambda: number in closed_rounds(hub, run) or not flower.running(), f"round {number}",
          FLOWER_TIMEOUT_S)
    assert number in closed_rounds(hub, run), flower.log()


def directive_state(hub, run, name):
    [worker] = [each for each in snapshot(hub, run)["workers"] if each["worker"] == name]
    return worker["state"], worker["directive_state"]


def check_rounds(hub, run, nodes, last, closed_by=("all_reported",)):
    """Rounds 1 to `last` are whole, and nothing is missing or there twice."""
    found = snapshot(hub, run)
    rounds = {each["round"]: each for each in found["rounds"]}
    assert sorted(rounds) == list(range(last + 1))  # 0 is the untrained model
    for number in range(1, last + 1):
        figures = rounds[number]
        assert figures["closed_by"] in closed_by
        assert (figures["workers_reported"], figures["workers_expected"]) == (nodes, nodes)
        assert figures["accuracy_source"] == "coordinator"
        assert 0 < figures["accuracy"] <= 1
        assert figures["energy_j"] > 0 and figures["emissions_g"] > 0
        # Each node's model: 64 x 10 + 10 numbers of 8 bytes, here twice and back once; and more.
        assert figures["bytes_received"] > 2 * nodes * 5200
        assert nodes * 5200 < figures["bytes_sent"] < figures["bytes_received"]
        assert figures["num_examples"] == 280  # every fifth of 1400 images
    assert rounds[last]["accuracy"] > rounds[0]["accuracy"] + 0.3
    assert len(found["workers"]) == nodes + 1
    for worker in found["workers"]:
        assert worker["reports_missing"] == 0
        assert worker["reports"] == worker["last_seq"]
    # One fit and one evaluate of each node in each round; beside them what a slow machine spent
    # between, which goes with no figures.
    with contextlib.closing(sqlite3.connect(hub.database.partition(":")[2])) as database:
        reports = database.execute("SELECT worker, round, phase FROM reports "
                                   "WHERE worker != 'server' AND phase IN ('fit', 'evaluate')")
        assert sorted(reports) == sorted(
            (worker["worker"], number, phase) for worker in found["workers"]
            for number in range(1, last + 1) for phase in ("fit", "evaluate")
            if worker["worker"] != "server")
    return found


def test_pause_resume_and_stop(flower, hub, tmp_path):
    flower.start_superlink(simulated_nodes=4)
    model = tmp_path / "model.npz"
    flower.start_run(APP, num_server_rounds=2000, model_file=str(model), fedwatt_hub=hub.url())
    wait_for_round(hub, "flower-digits", 4, flower)

    hub.command("pause", "flower-digits")
    assert hub.state("flower-digits") == "paused"
    held_at = closed_rounds(hub, "flower-digits")
    # The nodes have gone home, and the server waits between two rounds.
    paused = snapshot(hub, "flower-digits")
    assert {each["worker"] for each in paused["workers"] if each["state"] == "online"} == {"server"}
    hub.command("resume", "flower-digits")
    resumed = snapshot(hub, "flower-digits")
    assert closed_rounds(hub, "flower-digits")[:len(held_at)] == held_at
    assert resumed["run"]["total_rounds"] == 2000
    wait_for_round(hub, "flower-digits", held_at[-1] + 2, flower)

    hub.command("stop", "flower-digits")
    assert flower.wait() == "finished:completed", flower.log()
    assert hub.state("flower-digits") == "stopped"
    last = closed_rounds(hub, "flower-digits")[-1]
    assert last >= held_at[-1] + 2
    found = check_rounds(hub, "flower-digits", 4, last)
    assert not [each for each in found["events"] if each["kind"] == "late_report"]
    # The model is that of the last whole round: it judges the test images as the server did then.
    assert_model_is_of_round(model, found["rounds"][-1])
    assert f"stopped before round {last + 1}" in flower.log()


def assert_model_is_of_round(model, figures):
    import numpy  # here, since it starts threads: leave_the_network() is for a process with one
    from sklearn.datasets import load_digits  # Debian's

    images, labels = load_digits(return_X_y=True)
    order = numpy.random.default_rng(0).permutation(len(labels))[:397]  # as in task.py
    weights = numpy.load(model)
    guesses = (images[order] / 16 @ weights["matrix"] + weights["bias"]).argmax(axis=1)
    assert (guesses == labels[order]).mean() == pytest.approx(figures["accuracy"])


def test_a_hub_that_is_away_for_a_while(flower, hub, tmp_path):
    flower.start_superlink(simulated_nodes=4)
    model = tmp_path / "model.npz"
    flower.start_run(APP, num_server_rounds=16, model_file=str(model), fedwatt_hub=hub.url())
    wait_for_round(hub, "flower-digits", 3, flower)
    hub.kill()
    # Rounds go on: the app's log says which.
    rounds_seen = flower.log().count("[ROUND ")
    until(lambda: flower.log().count("[ROUND ") >= rounds_seen + 2, "two rounds without a hub",
          FLOWER_TIMEOUT_S)
    hub.start(port=hub.port)
    assert flower.wait() == "finished:completed", flower.log()
    until(lambda: hub.state("flower-digits") == "finished", "the end of the run")
    # The server comes back first: it may close a round before the nodes bring what they kept.
    check_rounds(hub, "flower-digits", 4, 16, closed_by=("all_reported", "workers_lost"))
    assert model.exists()
    assert not list((tmp_path / "state").rglob("*.spool")), "all was delivered"


def test_a_process_for_each_message(flower, hub, tmp_path):
    """SuperNodes start a process for every message: the worker is a chain of them."""
    flower.start_superlink()
    for partition in range(2):
        flower.start_supernode(partition, 2, **{"fedwatt-region": ["FR", "PL"][partition]})
    flower.start_run(APP, num_server_rounds=1, model_file=str(tmp_path / "model.npz"),
                     fedwatt_hub=hub.url())
    assert flower.wait() == "finished:completed", flower.log()
    until(lambda: hub.state("flower-digits") == "finished", "the end of the run")
    found = check_rounds(hub, "flower-digits", 2, 1)
    regions = {each["worker"]: each["region"] for each in found["workers"]}
    assert sorted(regions.values(), key=str) == ["FR", None, "PL"]
    logs = flower.log("supernode-0") + flower.log("supernode-1")
    for worker, region in regions.items():
        if worker != "server":
            assert worker.replace("node-", "SuperNode ID: ") in logs


def test_numpy_clients_and_their_strategies(flower, hub, tmp_path):
    """The API of before Flower 1.21: FedAvg drives the clients, who know nothing of messages."""
    flower.start_superlink(simulated_nodes=2)
    model = tmp_path / "model.npy"
    flower.start_run(LEGACY_APP, num_server_rounds=100, model_file=str(model), fedwatt_hub=hub.url())
    wait_for_round(hub, "half-way", 3, flower)

    # One node alone, by its name: it answers its server when it may go on.
    node = next(each["worker"] for each in snapshot(hub, "half-way")["workers"]
                if each["worker"] != "server")
    order(hub, "pause", "half-way", "--worker", node)
    until(lambda: directive_state(hub, "half-way", node) == ("online", "paused"), "the pause",
          FLOWER_TIMEOUT_S)
    hub.command("resume", "half-way", "--worker", node)
    wait_for_round(hub, "half-way", closed_rounds(hub, "half-way")[-1] + 2, flower)

    hub.command("stop", "half-way")
    assert flower.wait() == "finished:completed", flower.log()
    found = snapshot(hub, "half-way")
    assert (found["run"]["state"], found["run"]["total_rounds"]) == ("stopped", 100)
    last = closed_rounds(hub, "half-way")[-1]
    assert [each["round"] for each in found["rounds"]] == list(range(1, last + 1))
    for figures in found["rounds"]:
        # After round r all have 1 - 1/2^r, which weighted by any examples is the same.
        value = 1 - 0.5 ** figures["round"]
        assert figures["accuracy"] == pytest.approx(value)
        assert figures["accuracy_source"] == "workers"
        assert figures["loss"] == pytest.approx(1 - value)
        assert figures["metrics"]["train_loss"] == pytest.approx(2 * (1 - value))
        assert figures["num_examples"] == 20  # 2 evaluations of 10
        assert figures["workers_reported"] == 2
        assert figures["closed_by"] == "all_reported"
        assert figures["bytes_sent"] > 0 and figures["bytes_received"] > 0
    import numpy

    assert float(numpy.load(model)) == pytest.approx(1 - 0.5 ** last)
