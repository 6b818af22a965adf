"""The checker finds what a torture run is about: what is lost, there twice, changed or out of order."""

import sqlite3

import pytest

import checker
from databases import REPORT_FIELDS, SqliteDatabase
from fleet import Outcome
from reports import row_of

MADE, ACKED = 20, 12


def rows_of_peer():
    return [dict(row_of("p0", seq), event_offset=seq) for seq in range(1, MADE + 1)]


def problems_with(rows):
    return list(checker.check_peer("r", rows, "p0", MADE, ACKED))


def test_all_is_well():
    assert problems_with(rows_of_peer()) == []


@pytest.mark.parametrize("seq, fate", [(ACKED, "was acknowledged and is lost"),
                                       (ACKED + 1, "was made and is not there")])
def test_a_report_is_missing(seq, fate):
    rows = [row for row in rows_of_peer() if row["seq"] != seq]
    assert problems_with(rows) == [f"r: report {seq} of p0 {fate}"]


def test_a_report_is_there_twice():
    rows = rows_of_peer()
    assert problems_with([*rows, rows[3]]) == ["r: p0 is in the store 2 times with seq 4"]


def test_a_report_that_nobody_made():
    rows = [*rows_of_peer(), dict(row_of("p0", MADE + 1), event_offset=MADE + 1)]
    assert problems_with(rows) == [f"r: report {MADE + 1} of p0 was never made"]


@pytest.mark.parametrize("field", sorted(row_of("p0", 1)))
def test_any_value_is_another(field):
    rows = rows_of_peer()
    rows[8][field] = {"worker": "p1", "seq": 99, "metrics": {}}.get(field, "another")
    assert problems_with(rows)


JOURNAL = "begin\nmade 1 1 fit\nmade 2 1 evaluate\nsafe 2\nmade 3 2 fit\n"


def rows_of_library():
    def row(seq, number, round_number, phase, **more):
        return {"worker": "w0", "seq": seq, "machine_j": number, "round": round_number, "phase": phase,
                "metrics": {}, "num_examples": None, **more}
    return [row(1, 1.0, 1, "fit"), row(2, None, 1, "idle"),
            row(3, 2.0, 1, "evaluate", metrics={"made": 2.0}, num_examples=2), row(4, 3.0, 2, "fit")]


def problems_of_library(tmp_path, rows, outcome=Outcome(3, 4, 0), spools=False, journal=JOURNAL):
    path = tmp_path / "w0.journal"
    path.write_text(journal)
    return list(checker.check_library_worker("r", rows, "w0", checker.Journal(path), outcome, spools))


def test_all_is_well_with_the_library(tmp_path):
    assert problems_of_library(tmp_path, rows_of_library()) == []


@pytest.mark.parametrize("spoil", [
    lambda rows: rows.pop(0),
    lambda rows: rows.pop(1),                       # one that only the library knows of
    lambda rows: rows.append(dict(rows[0], seq=5)),
    lambda rows: rows.append(dict(rows[0], machine_j=9.0)),
    lambda rows: rows[0].update(round=2),
    lambda rows: rows[0].update(phase="idle"),
    lambda rows: rows[2].update(metrics={}),
    lambda rows: (rows[0].update(seq=4), rows[3].update(seq=1)),
])
def test_something_is_wrong_with_the_library(tmp_path, spoil):
    rows = rows_of_library()
    spoil(rows)
    assert problems_of_library(tmp_path, rows)


@pytest.mark.parametrize("outcome", [None, Outcome(3, 4, 1), Outcome(3, 5, 0), Outcome(2, 4, 0)])
def test_the_library_says_something_else(tmp_path, outcome):
    assert problems_of_library(tmp_path, rows_of_library(), outcome)


@pytest.mark.parametrize("spools, journal, well", [
    (True, JOURNAL + "begin\n", True), (True, JOURNAL, False), (True, JOURNAL + "safe 3\nbegin\n", False),
    (False, JOURNAL + "begin\n", False)])
def test_only_what_was_killed_before_it_was_on_the_disk_may_be_missing(tmp_path, spools, journal, well):
    rows = rows_of_library()[:3]
    assert (problems_of_library(tmp_path, rows, Outcome(3, 3, 0), spools, journal) == []) == well


@pytest.mark.parametrize("counts, well", [({("r", "p0"): (5, 5)}, True), ({("r", "p0"): (4, 4)}, False),
                                          ({("r", "p0"): (5, 6)}, False), ({}, False)])
def test_beside_a_dead_hub(counts, well):
    assert (list(checker.check_counts(counts, "r", {"p0": 5})) == []) == well


@pytest.mark.parametrize("offsets, well", [([1, 2, 3], True), ([1, 3], False), ([1, 2, 2, 3], False),
                                           ([2, 3], False)])
def test_offsets_have_no_gaps(tmp_path, offsets, well):
    """With a real database, so that the reading of it is tried, too."""
    database = SqliteDatabase(tmp_path)
    with sqlite3.connect(tmp_path / "hub.db") as connection:
        connection.execute(f"CREATE TABLE reports ({REPORT_FIELDS})")
        connection.execute("CREATE TABLE events (run_id, event_offset)")
        connection.executemany("INSERT INTO events VALUES ('id', ?)", [(each,) for each in offsets])
        connection.execute("INSERT INTO events VALUES ('another run', 7)")
    assert (list(checker.check_log(database, "r", "id")) == []) == well


def test_differences_are_named():
    before = {"run": {"energy_j": 1.0, "state": "finished"}, "rounds": [{"gain": None}, {"gain": 2}]}
    after = {"run": {"energy_j": 1.5, "state": "finished"}, "rounds": [{"gain": None}, {"gain": None}]}
    assert list(checker.differences(before, before)) == []
    assert list(checker.differences(before, after)) == [
        ".rounds[1].gain: 2 became None", ".run.energy_j: 1.0 became 1.5"]
