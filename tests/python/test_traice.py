"""Coming from Eclipse TRAICE."""

import logging
import threading
from pathlib import Path

import pytest

import fedwatt
from fedwatt.traice import TraiceClient
from hub import TIMEOUT_S, until


@pytest.fixture(autouse=True)
def log_level_of_before(monkeypatch):
    monkeypatch.setattr(fedwatt.worker.logger, "level", logging.NOTSET)


@pytest.mark.parametrize("scheme", ["", "http://", "ws://"])
def test_a_traice_training_needs_another_import_and_nothing_else(hub, run_python, scheme):
    address = f"{scheme}127.0.0.1:{hub.port}"
    run_python(Path(__file__).with_name("traice_training.py"), address).ends_well()
    rounds = hub.rounds("training")
    assert [(each["round"], each["accuracy"], each["loss"]) for each in rounds] == [
        (0, 0.5, 1.0), (1, 0.6, 1.0), (2, 0.7, 1.0)]
    assert all(each["energy_j"] > 0 for each in rounds)
    hub.becomes("training", "finished")


def test_what_traice_could_not_say(hub):
    client = TraiceClient(hub.url(), "CRITICAL", "CRITICAL", run="digits", worker="hospital-3",
                          total_rounds=7, country_iso="FR")
    client.start()
    assert client.update(1, 0.5, 0.25)
    client.stop()
    details = hub.json("/api/v1/runs/digits")
    assert details["run"]["total_rounds"] == 7
    (worker,) = details["workers"]
    assert (worker["worker"], worker["region"]) == ("hospital-3", "FR")


def test_pause_and_stop(hub):
    client = TraiceClient(hub.url(), run="digits", worker="w")
    client.start()
    assert client.update(1, 0.5, None)
    assert client.worker.flush(TIMEOUT_S)
    pausing = threading.Thread(target=hub.command, args=("pause", "digits"), daemon=True)
    pausing.start()
    until(lambda: client.worker.ordered() is fedwatt.Next.STILL_PAUSED, "the order")
    went_on = []
    training = threading.Thread(daemon=True,
                                target=lambda: went_on.append(client.update(2, 0.75, 1)))
    training.start()
    pausing.join(TIMEOUT_S)
    # It waits, and what it achieved can be seen.
    until(lambda: [each["accuracy"] for each in hub.rounds("digits")[:2]] == [0.5, 0.75], "round 2")
    assert went_on == []
    hub.command("stop", "digits")
    training.join(TIMEOUT_S)
    assert went_on == [False]
    client.stop()
    hub.becomes("digits", "stopped")


def test_arguments(no_hub, caplog):
    with pytest.raises(ValueError, match="Log level LOUD is unknown"):
        TraiceClient(no_hub, "LOUD")
    with pytest.warns(UserWarning, match="knows no argument save_to_file"):
        client = TraiceClient(no_hub, save_to_file=True)
    assert client.update("first", 0.5, 0.5) and client.update(2, "good", None)
    assert "epoch 2 was not measured: start() comes first" in caplog.messages
    client.worker.close(0)
