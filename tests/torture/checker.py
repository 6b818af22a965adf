"""Compares what the store holds with what workers made and were thanked for.

Reads the store itself, not through a hub. Every function yields sentences about what is wrong.
"""

from collections import Counter
from typing import NamedTuple

from reports import row_of


def check_log(database, run, run_id):
    """A run's events are numbered from 1 without gaps, each once."""
    offsets = database.offsets(run_id)
    for place, offset in enumerate(offsets, 1):
        if offset != place:
            yield f"{run}: offset {offset} where {place} must be, of {len(offsets)}"
            return


def check_peer(run, rows, worker, made, acked, round_numbers=lambda seq: None):
    """All that a raw worker made is there under its number, once, and as it was sent."""
    mine = [row for row in rows if row["worker"] == worker]
    by_seq = {row["seq"]: row for row in mine}
    yield from _twice(run, worker, "seq", (row["seq"] for row in mine))
    for seq in range(1, made + 1):
        row = by_seq.pop(seq, None)
        if row is None:
            fate = "was acknowledged and is lost" if seq <= acked else "was made and is not there"
            yield f"{run}: report {seq} of {worker} {fate}"
            continue
        for field, value in row_of(worker, seq, round_numbers(seq)).items():
            if row[field] != value:
                yield f"{run}: report {seq} of {worker} has {field} {row[field]!r}, not {value!r}"
    for seq in by_seq:
        yield f"{run}: report {seq} of {worker} was never made"


def check_library_worker(run, rows, worker, journal, outcome, spools):
    """All that a worker of libfedwatt made is there once, in order; and no more than it says. One
    that `spools` may have been killed: what it had not yet on its disk, only that may be missing."""
    mine = [row for row in rows if row["worker"] == worker]
    yield from _twice(run, worker, "seq", (row["seq"] for row in mine))
    numbered = [row for row in mine if row["machine_j"] is not None]
    yield from _twice(run, worker, "number", (int(row["machine_j"]) for row in numbered))
    by_number = {int(row["machine_j"]): row for row in numbered}
    for made in journal.made:
        row = by_number.pop(made.number, None)
        if row is None:
            if not (spools and made.number in journal.unsafe):
                yield f"{run}: report {made.number} of {worker} was made and is not there"
        elif (row["round"], row["phase"]) != (made.round, made.phase):
            yield (f"{run}: report {made.number} of {worker} is in round {row['round']}, {row['phase']},"
                   f" not {made.round}, {made.phase}")
        elif made.phase == "evaluate" and (row["metrics"].get("made"), row["num_examples"]) != (
                made.number, made.number):
            yield f"{run}: report {made.number} of {worker} has other results: {row['metrics']}"
    for number in by_number:
        yield f"{run}: report {number} of {worker} was never made"
    in_order = [row["machine_j"] for row in sorted(numbered, key=lambda row: row["seq"])]
    if in_order != sorted(in_order):
        yield f"{run}: the reports of {worker} are not in the order in which they were made"
    if outcome is None:
        yield f"{run}: {worker} did not say what became of its reports"
    elif (len(journal.made), outcome.lost) != (outcome.made, 0):
        yield f"{run}: {worker} made {len(journal.made)} reports; it says {outcome}"
    elif not spools and len(mine) != outcome.stored:
        yield f"{run}: {worker} has {len(mine)} reports in the store; it says {outcome}"


class Made(NamedTuple):
    number: int
    round: int
    phase: str


class Journal:
    """What a worker of libfedwatt wrote down before it made its reports."""

    def __init__(self, path):
        self.made = []
        self.unsafe = set()  # made, and not yet on the disk when their worker was killed
        life, safe = [], 0
        for line in path.read_text().splitlines():
            kind, *words = line.split()
            if kind == "made":
                self.made.append(Made(int(words[0]), int(words[1]), words[2]))
                life.append(int(words[0]))
            elif kind == "safe":
                safe = int(words[0])
            else:  # a new process
                self.unsafe.update(number for number in life if number > safe)
                life = []


def check_counts(counts, run, acked):
    """While no hub runs: nothing that was acknowledged until now, by worker, is missing."""
    for worker, seq in acked.items():
        count, highest = counts.get((run, worker), (0, 0))
        if not seq <= highest == count:
            yield (f"{run}: {worker} had {seq} reports acknowledged when the hub died; the store has "
                   f"{count}, up to {highest}")


def differences(before, after, place=""):
    """Where two JSON documents differ."""
    if type(before) is not type(after):
        yield f"{place}: {before!r} became {after!r}"
    elif isinstance(before, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{place}.{name}")
    elif isinstance(before, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after)):
            yield from differences(*pair, f"{place}[{index}]")
    elif before != after:
        yield f"{place}: {before!r} became {after!r}"


def _twice(run, worker, what, numbers):
    for number, count in Counter(numbers).items():
        if count > 1:
            yield f"{run}: {worker} is in the store {count} times with {what} {number}"
