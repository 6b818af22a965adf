"""What the raw workers report: a function of worker and seq, so that every value can be checked."""

import random
from datetime import datetime, timedelta, timezone

REPORTS_OF_A_ROUND = 9
FIRST_START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def round_of(seq):
    return 1 + (seq - 1) // REPORTS_OF_A_ROUND


def report_of(worker, seq, round_number=None):
    """As it goes over the wire; with `round_number`, the only report of that round."""
    draw = random.Random(f"{worker} {seq}").random
    last = round_number is not None or seq % REPORTS_OF_A_ROUND == 0
    started_at = FIRST_START + timedelta(milliseconds=1234 * seq)
    report = {
        "type": "report", "seq": seq, "round": round_number or round_of(seq),
        "phase": "evaluate" if last else ("fit", "idle", "communicate")[seq % 3],
        "started_at": started_at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{started_at.microsecond // 1000:03}Z",
        "duration_s": draw() * 10,
        "bytes_sent": seq, "bytes_received": int(draw() * 1e9),
        "intensity_g_per_kwh": draw() * 500 if seq % 2 else None,
        "round_complete": last,
    }
    if seq % 4:
        report["energy_j"] = {"cpu": draw() * 1e3, "gpu": None, "ram": draw()}
        report["energy_source"] = {"cpu": "rapl", "ram": "model"}
    else:
        report["energy_j"] = {"machine": draw() * 1e4}
        report["energy_source"] = {"machine": "external:plug"}
    if last:
        report["num_examples"] = seq
        report["metrics"] = {"accuracy": draw(), "loss": draw(), "made": seq}
    return report


def row_of(worker, seq, round_number=None):
    """As the store must hold it, under the names of its columns."""
    report = report_of(worker, seq, round_number)
    energy, source = report["energy_j"], report["energy_source"]
    row = {name: report[name] for name in ("seq", "round", "phase", "started_at", "duration_s",
                                           "bytes_sent", "bytes_received", "round_complete")}
    row["worker"] = worker
    row["num_examples"] = report.get("num_examples")
    row["metrics"] = report.get("metrics", {})
    row["reported_intensity_g_per_kwh"] = report["intensity_g_per_kwh"]
    for part in ("cpu", "gpu", "ram", "machine"):
        row[part + "_j"] = energy.get(part)
        row[part + "_source"] = source.get(part)
    return row
