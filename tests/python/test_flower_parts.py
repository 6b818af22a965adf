"""Fedwatt's two lines for Flower, against stand-ins for Flower's objects and a real hub."""

import fcntl
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import fedwatt.flower
import pytest
from conftest import UNPACKED
from flower_rig import order
from fedwatt.flower import _records, _settings
from hub import until

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples" / "flower-digits" / "flower_digits"
NODE = 17


class Record(dict):
    def count_bytes(self):
        return 100


class Content(dict):
    """A RecordDict: all records by name, and in groups."""

    def __init__(self, arrays=None, metrics=None, configs=None):
        super().__init__()
        self.array_records = {"arrays": Record(arrays or {})}
        self.metric_records = {"metrics": Record(metrics)} if metrics else {}
        self.config_records = {name: Record(record) for name, record in (configs or {}).items()}

    def __setitem__(self, name, record):
        self.config_records[name] = record


def message(kind="train", round=1, configs=None, to=NODE):
    return types.SimpleNamespace(
        content=Content(configs=configs if configs is not None
                        else {"config": {"server-round": round}}),
        metadata=types.SimpleNamespace(message_type=kind, group_id="", dst_node_id=to))


def reply(**metrics):
    return types.SimpleNamespace(content=Content(metrics=metrics))


@pytest.fixture(autouse=True)
def flwr(monkeypatch, tmp_path):
    """A module flwr with what fedwatt.flower asks of it."""
    module, common = types.ModuleType("flwr"), types.ModuleType("flwr.common")
    module.__version__ = "1.41.0"
    common.ConfigRecord = Record
    monkeypatch.setitem(sys.modules, "flwr", module)
    monkeypatch.setitem(sys.modules, "flwr.common", common)
    for name in ("HUB", "RUN", "REGION", "PUE"):
        monkeypatch.delenv(f"FEDWATT_{name}", raising=False)
    monkeypatch.setenv("FEDWATT_OFFLINE_FOLDER", str(tmp_path / "offline"))
    return module


@pytest.fixture
def context(hub):
    return types.SimpleNamespace(
        run_id=4711, node_id=NODE, node_config={"partition-id": 3}, state=Content(),
        run_config={"fedwatt-hub": hub.url(), "fedwatt-run": "stand-in"})


class Strategy:
    """A strategy of the message API, and the loop that drives it."""

    def __init__(self, nodes=(NODE,)):
        self.nodes = nodes
        self.configured = []

    def configure_train(self, server_round, arrays, config, grid):
        self.configured.append(server_round)
        return [message("train", server_round, to=node) for node in self.nodes]

    def aggregate_train(self, server_round, replies):
        return f"model {server_round}", None

    def configure_evaluate(self, server_round, arrays, config, grid):
        return []

    def aggregate_evaluate(self, server_round, replies):
        return None

    def start(self, grid, initial_arrays, num_rounds=3, evaluate_fn=None):
        arrays = initial_arrays
        if evaluate_fn:
            evaluate_fn(0, arrays)
        for server_round in range(1, num_rounds + 1):
            grid.send(self.configure_train(server_round, arrays, {}, grid))
            trained, _ = self.aggregate_train(server_round, [])
            arrays = trained or arrays
            grid.send(self.configure_evaluate(server_round, arrays, {}, grid))
            self.aggregate_evaluate(server_round, [])
            if evaluate_fn:
                evaluate_fn(server_round, arrays)
        return arrays


class Grid:
    """Hands the messages to a client's mod, as Flower would on another machine."""

    run = types.SimpleNamespace(fab_id="somebody/digits")

    def __init__(self, mod, context, app):
        self.sent = []
        self.mod, self.context, self.app = mod, context, app

    def send(self, messages):
        for each in messages:
            self.sent.append(dict(each.content.config_records))
            self.mod(each, self.context, self.app)


# ---- settings and records ------------------------------------------------------------------------


def test_what_is_set_where(monkeypatch):
    monkeypatch.setenv("FEDWATT_REGION", "SE")
    monkeypatch.setenv("FEDWATT_HUB", "ws://environment:1")
    node, run = {"fedwatt-region": "FR"}, {"fedwatt-hub": "ws://run:1", "fedwatt-run": ""}
    found = _settings.settings(_settings.Given(hub="ws://argument:1"), node, run)
    assert (found.hub, found.region, found.run, found.pue) == ("ws://argument:1", "FR", None, None)
    assert _settings.settings(_settings.Given(), run).hub == "ws://run:1"
    assert _settings.settings(_settings.Given(), {}).hub == "ws://environment:1"
    assert _settings.settings(_settings.Given(), {"fedwatt-pue": "1.3"}).pue == 1.3
    # "" in pyproject.toml makes a key that a run can set, and says nothing itself.
    assert _settings.settings(_settings.Given(), {"fedwatt-hub": ""}).hub == "ws://environment:1"


@pytest.mark.parametrize("metrics, accuracy, loss, num_examples, others", [
    ({"accuracy": 0.5, "loss": 2, "num-examples": 7}, 0.5, 2, 7, {}),
    ({"eval_acc": 0.5, "eval_loss": 2.0, "num_examples": 7}, 0.5, 2.0, 7, {}),
    ({"train_loss": 2.0, "auc": 0.9}, None, None, None, {"train_loss": 2.0, "auc": 0.9}),
    ({"accuracy": 0.5, "val-accuracy": 0.6}, 0.5, None, None, {"val-accuracy": 0.6}),
    ({"per-class": [1.0, 2.0], "name": "x", "ok": True}, None, None, None, {}),
])
def test_figures(metrics, accuracy, loss, num_examples, others):
    assert _records.figures_in(metrics) == (accuracy, loss, num_examples, others)


def test_figures_of_a_numpy_client():
    content = Content(configs={"evaluateres.metrics": {"accuracy": 0.5}, "status": {"code": 0}})
    content.metric_records = {"evaluateres.loss": Record(loss=2.0),
                              "evaluateres.num_examples": Record(num_examples=7)}
    assert _records.figures_of(content) == (0.5, 2.0, 7, {})


# ---- Flower missing, or not a strategy -----------------------------------------------------------


def test_needs_flower_only_when_used():
    check = "import fedwatt.flower, sys; assert 'flwr' not in sys.modules; {}"
    for call in ("fedwatt.flower.mod()", "fedwatt.flower.watch(object())"):
        done = subprocess.run([sys.executable, "-c", check.format(call)], text=True,
                              env={"PYTHONPATH": UNPACKED.name}, stderr=subprocess.PIPE)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == ("ImportError: fedwatt.flower needs Flower, and "
                                                "there is no module flwr here: pip install flwr")


def test_flower_too_old(flwr):
    flwr.__version__ = "1.12.0"
    with pytest.raises(ImportError, match="1.13 or later, and this is 1.12.0"):
        fedwatt.flower.mod()


def test_no_strategy():
    with pytest.raises(TypeError, match="takes a Flower strategy, not a int"):
        fedwatt.flower.watch(7)


# ---- client and server together ------------------------------------------------------------------


def test_rounds_of_both(hub, context):
    del context.run_config["fedwatt-run"]
    strategy = Strategy()
    assert fedwatt.flower.watch(strategy, context) is strategy

    def app(received, context):
        assert set(received.content.config_records) == {"config"}  # Fedwatt's record is gone
        return reply(**{"accuracy": 0.25, "num-examples": 5})

    grid = Grid(fedwatt.flower.mod(), context, app)
    assert strategy.start(grid, "nothing", num_rounds=2) == "model 2"
    until(lambda: hub.state("digits") == "finished", "the end")
    assert [json.loads(each["fedwatt"]["order"])["round"] for each in grid.sent] == [1, 2]
    assert [(each["round"], each["accuracy"], each["accuracy_source"], each["workers_reported"],
             each["bytes_sent"], each["bytes_received"], each["closed_by"])
            for each in hub.rounds("digits")] == [
                # The reply has two records of 100 bytes, the message three with Fedwatt's own.
                (1, 0.25, "workers", 1, 200, 300, "all_reported"),
                (2, 0.25, "workers", 1, 200, 300, "all_reported")]
    names = {each["worker"]: each["framework"] for each in
             hub.json("/api/v1/runs/digits")["workers"]}
    assert names == {"server": "flower 1.41.0", "node-17": "flower 1.41.0, partition 3"}


def test_the_global_model_is_judged_by_the_server(hub, context):
    strategy = fedwatt.flower.watch(Strategy(), context)
    grid = Grid(fedwatt.flower.mod(), context, lambda *_: reply(accuracy=0.25))
    strategy.start(grid, "nothing", 1,
                   evaluate_fn=lambda round, arrays: {"accuracy": 0.5 + round / 4, "auc": 0.9})
    until(lambda: hub.state("stand-in") == "finished", "the end")
    assert [(each["round"], each["accuracy"], each["accuracy_source"], each["metrics"]["auc"])
            for each in hub.rounds("stand-in")] == [(0, 0.5, "coordinator", 0.9),
                                                    (1, 0.75, "coordinator", 0.9)]


def test_a_stop_passes_over_what_is_left(hub, context):
    strategy = fedwatt.flower.watch(Strategy(), context)

    def app(received, context):
        if received.content.config_records["config"]["server-round"] == 2:
            order(hub, "stop", "stand-in")
        return reply(accuracy=0.25)

    evaluated = []
    model = strategy.start(Grid(fedwatt.flower.mod(), context, app), "nothing", 1000,
                           evaluate_fn=lambda round, arrays: evaluated.append(round))
    until(lambda: hub.state("stand-in") == "stopped", "the end")
    last = strategy.configured[-1]
    assert last < 1000 and model == f"model {last}"
    assert evaluated == list(range(last + 1))


def test_an_error_of_the_app_is_the_apps(hub, context):
    def app(received, context):
        raise KeyError("arrays")

    with pytest.raises(KeyError, match="arrays"):
        fedwatt.flower.mod()(message(), context, app)
    until(lambda: hub.json("/api/v1/runs/stand-in")["workers"][0]["reports"] > 0, "its report")
    events = hub.json("/api/v1/runs/stand-in")["events"]
    assert "node-17 left: failed" in [each["message"] for each in events]


def test_an_error_of_the_server_app_is_its_own(hub, context):
    strategy = Strategy()
    strategy.aggregate_train = lambda *_: {}["arrays"]
    fedwatt.flower.watch(strategy, context)
    with pytest.raises(KeyError, match="arrays"):
        strategy.start(Grid(fedwatt.flower.mod(), context, lambda *_: reply(accuracy=0.5)), "", 3)
    until(lambda: hub.state("stand-in") == "finished", "the end")
    events = hub.json("/api/v1/runs/stand-in")["events"]
    assert "server left: failed: KeyError" in [each["message"] for each in events]


def test_other_messages_are_not_measured(hub, context):
    assert fedwatt.flower.mod()(message("query"), context, lambda *_: "answer") == "answer"
    assert not hub.has("/api/v1/runs/stand-in")


@pytest.mark.parametrize("fault, what", [
    (lambda context, _: context.run_config.update({"fedwatt-hub": "http://x"}), "ws://"),
    (lambda context, each: each.content.config_records.clear(), "does not say its round"),
    (lambda context, _: Path(context.offline).touch(), "Not a directory"),
])
def test_what_goes_wrong_here_costs_a_measurement(context, tmp_path, caplog, fault, what):
    context.offline = tmp_path / "offline"
    each = message()
    fault(context, each)
    answer = reply(accuracy=0.5)
    assert fedwatt.flower.mod()(each, context, lambda *_: answer) is answer
    assert re.search(f"a message is not measured: .*{what}", caplog.text)


def test_two_messages_of_a_node_at_once(hub, context, tmp_path, caplog):
    folder = tmp_path / "offline" / "4711"
    folder.mkdir(parents=True)
    with (folder / "node-17.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fedwatt.flower.mod()(message(), context, lambda *_: reply(accuracy=0.5))
    assert "node-17 is still at work on an earlier one" in caplog.text
    assert not hub.has("/api/v1/runs/stand-in")
    fedwatt.flower.mod()(message(), context, lambda *_: reply(accuracy=0.5))
    assert hub.has("/api/v1/runs/stand-in")
    assert not list(folder.iterdir())


def test_an_operator_stops_one_node(hub, context):
    mod = fedwatt.flower.mod()
    worker = fedwatt.Worker(hub.url(), run="stand-in", worker="server", role="coordinator")
    mod(message(round=1), context, lambda *_: reply(accuracy=0.5))
    order(hub, "stop", "stand-in", "--worker", "node-17")
    answered = mod(message(round=2), context, lambda *_: reply(accuracy=0.5))
    assert answered.content.metric_records  # this one's work is kept
    with pytest.raises(fedwatt.flower.Stopped, match="an operator stopped this client"):
        mod(message(round=3), context, lambda *_: pytest.fail("it must not train any more"))
    worker.close()


def test_clients_keep_their_reports_until_the_hub_knows_the_run(hub, context, tmp_path):
    """Else the first client would start the run, and end it when it leaves."""
    mod = fedwatt.flower.mod()
    order = {"round": 1, "run": "stand-in", "hub": hub.url(), "known": False}

    def deliver(kind, known):
        text = json.dumps({**order, "known": known})
        mod(message(kind, configs={"fedwatt": {"order": text}}), context,
            lambda *_: reply(accuracy=0.5))

    deliver("train", known=False)
    assert not hub.has("/api/v1/runs/stand-in")
    folder = tmp_path / "offline" / "4711"
    assert [each.suffix for each in folder.iterdir()] == [".spool"]
    worker = fedwatt.Worker(hub.url(), run="stand-in", worker="server", role="coordinator")
    assert worker.checkpoint(1)
    until(lambda: worker.stats().connected, "the coordinator")
    deliver("evaluate", known=True)
    assert not list(folder.iterdir())
    [node] = [each for each in hub.json("/api/v1/runs/stand-in")["workers"]
              if each["worker"] == "node-17"]
    assert node["reports_missing"] == 0
    assert node["phase"] in ("evaluate", "idle")  # idle: what a slow machine spent after it
    assert node["reports"] >= 2
    worker.close()


# ---- docs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["client_app.py", "server_app.py"])
def test_the_docs_show_the_examples_lines(name):
    page = (REPOSITORY / "docs" / "flower.md").read_text()
    shown = re.search(rf"```python\n# {name}\n(.*?)```", page, re.DOTALL).group(1)
    source = [line.strip() for line in (EXAMPLE / name).read_text().splitlines()]
    assert shown.count("fedwatt.flower.") == 1
    for line in shown.splitlines():
        assert line.strip() in ("", "...") or line.strip() in source, line
