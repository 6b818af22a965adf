"""What a program may hand in: wrong options raise, wrong results never do."""

import copy
import decimal
import fractions
import pickle

import numpy as np
import pytest

import fedwatt
from hub import TIMEOUT_S


@pytest.mark.parametrize("options, error, part", [
    (dict(run=""), ValueError, "run"),
    (dict(run=7), TypeError, "run must be a str, not int"),
    (dict(run="a\0b"), ValueError, "run holds a zero byte"),
    (dict(worker="\ud800"), ValueError, "worker holds"),
    (dict(worker="w" * 201), ValueError, "200"),
    (dict(hub="https://hub"), ValueError, "ws://"),
    (dict(hub=3000), TypeError, "hub must be a str"),
    (dict(role="boss"), ValueError, "role must be one of 'worker', 'coordinator', not 'boss'"),
    (dict(measure="all"), ValueError, "measure must be one of"),
    (dict(total_rounds=-1), ValueError, "total_rounds must be at least 0"),
    (dict(total_rounds=2.5), TypeError, "total_rounds must be an int, not float"),
    (dict(total_rounds=2**63), ValueError, "total_rounds"),
    (dict(pue=0), ValueError, "pue must be at least 1"),
    (dict(pue=0.9), ValueError, "pue must be at least 1"),
    (dict(pue=float("nan")), ValueError, "pue must be at least 1"),
    (dict(pue=float("inf")), ValueError, "pue"),
    (dict(target=("auc", "up")), ValueError, "target's goal must be one of 'max', 'min'"),
    (dict(target=3), TypeError, "target must be"),
    (dict(queue_capacity=0), ValueError, "queue_capacity must be at least 1"),
    (dict(close_timeout=-1), ValueError, "close_timeout must be 0 s or longer"),
    (dict(close_timeout="soon"), TypeError, "close_timeout must be a number of seconds"),
    (dict(policies=["budget:limt_g=5"]), ValueError, "budget.limt_g is not known here"),
    (dict(policies="budgt"), ValueError, "'budgt' is no kind of policy"),
    (dict(policies=[5]), TypeError, "policies must be a str"),
    (dict(policies=5), TypeError, "policies must be a list of str"),
    (dict(token="two words"), ValueError, "option token, or FEDWATT_TOKEN"),
    (dict(token=b"fw_a"), TypeError, "token must be a str"),
    (dict(token="fw_a\0b"), ValueError, "^token cannot be used: it is no text$"),
    (dict(color="red"), TypeError, "color"),
])
def test_options_that_cannot_work_raise(options, error, part):
    with pytest.raises(error, match=part):
        fedwatt.Worker(**{"run": "digits", "worker": "w", **options})


def test_options_may_be_of_numpys_types(no_hub):
    with fedwatt.Worker(no_hub, run="digits", worker="w", total_rounds=np.int64(5),
                        pue=np.float32(1.5), close_timeout=np.float64(0)) as w:
        assert list(w.rounds()) == [1, 2, 3, 4, 5]
        with pytest.raises(TypeError):
            w.rounds("many")


class Hostile:
    def __float__(self):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")


def report_one(hub, **result):
    """The round as the hub has it, and how many values were left out."""
    with fedwatt.Worker(hub.url(), run="digits", worker="w", close_timeout=TIMEOUT_S) as w:
        assert w.checkpoint(1)
        w.report(**result)
    assert w.stats().reports_acknowledged == w.stats().reports_made > 0
    return hub.rounds("digits")[0], w.stats().values_left_out


@pytest.mark.parametrize("accuracy", [
    0.5, np.float32(0.5), np.float64(0.5), np.array(0.5), np.array([0.5]), decimal.Decimal("0.5"),
    fractions.Fraction(1, 2)], ids=repr)
def test_accuracy_is_whatever_is_a_number(hub, accuracy):
    round, left_out = report_one(hub, accuracy=accuracy)
    assert (round["accuracy"], left_out) == (0.5, 0)


@pytest.mark.parametrize("accuracy", [
    float("nan"), np.nan, float("inf"), 81, -0.1, "0.5", b"0.5", [], [0.5, 0.5], 1j, object(),
    10**400, Hostile(), np.array([0.1, 0.2]), fedwatt], ids=lambda value: type(value).__name__)
def test_accuracy_that_cannot_be_used_is_left_out_and_counted(hub, caplog, accuracy):
    round, left_out = report_one(hub, accuracy=accuracy, loss=1)
    assert round["accuracy"] is None and round["loss"] == 1.0
    assert left_out == 1
    assert any("accuracy" in line and "left out" in line for line in caplog.messages)


@pytest.mark.parametrize("given, kept", [
    (500, 500), (500.0, 500), (np.int32(500), 500), (np.float64(500), 500), (True, 1),
    (2**53 + 1, None), (500.5, None), (float("nan"), None), (2**63, None), (1e30, None), (-1, None),
    ("500", None)])
def test_whole_numbers(hub, given, kept):
    round, left_out = report_one(hub, accuracy=0.5, num_examples=given)
    assert round["num_examples"] == kept
    assert left_out == (1 if kept is None else 0)


def test_metrics(hub):
    round, left_out = report_one(hub, metrics={
        "auc": np.float32(0.5), "f1": 1, "none": None, "nan": float("nan"), "text": "x", 7: 0.5,
        "a\0b": 0.5, "": 0.5, "ümläut": 2})
    assert round["metrics"] == {"auc": 0.5, "f1": 1.0, "ümläut": 2.0}
    # nan, text, the 7, the zero byte and the empty name; None is not measured.
    assert left_out == 5
    round, left_out = report_one(hub, accuracy=0.5, metrics=[("auc", 0.5)])
    assert left_out == 1


def test_nothing_on_the_trainings_path_raises(no_hub, caplog):
    with fedwatt.Worker(no_hub, run="digits", worker="w", close_timeout=0) as w:
        assert w.checkpoint("first") and w.checkpoint(None) and w.checkpoint(-3)
        assert w.checkpoint(np.int64(2)) and w.checkpoint(3.0)
        with w.phase("train") as phase:
            phase.end()
        with w.phase(None):
            with w.phase("fit"), w.phase("evaluate"):
                pass
        w.report(metrics="auc", num_examples=Hostile(), bytes_sent=[])
        w.add_energy(source="", cpu_j=1.0)
        w.add_energy(source=None, cpu_j=1.0)
        w.add_energy(source="plug", machine_j=Hostile())
        w.add_energy(source="plug", cpu_j=-1)
        w.plan_round(4, "hospital-1")
        w.plan_round(4, [1, None, "w"])
        w.plan_round("x", [])
        w.plan_round(4, 7)
    w.report(accuracy=0.5)  # after its end, too
    assert w.checkpoint(9) in (True, False)
    assert ("a phase was left out: 'train' is none of init, fit, evaluate, idle, communicate"
            in caplog.messages)
    assert w.stats().values_left_out >= 12


def test_a_worker_cannot_be_pickled_or_copied(no_hub):
    with fedwatt.Worker(no_hub, run="digits", worker="w", close_timeout=0) as w:
        assert repr(w) == "<fedwatt.Worker 'w' of run 'digits' at ws://127.0.0.1:1>"
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="make one in each process"):
                attempt(w)
