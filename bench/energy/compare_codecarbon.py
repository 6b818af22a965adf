"""One fixed CPU-bound load, measured by Fedwatt and by codecarbon at once, both from CPU load.

    python3 -m venv build/codecarbon && build/codecarbon/bin/pip install codecarbon
    FEDWATT_LIBRARY=build/release/lib/libfedwatt.so PYTHONPATH=worker-lib/python \\
        build/codecarbon/bin/python bench/energy/compare_codecarbon.py [REPETITIONS [SECONDS]]

No hub is needed: Fedwatt's figures are read from the worker's offline file. The load is this many
seconds of CPU time on one thread. codecarbon is run once with tracking_mode "machine", its default,
and once with "process", in turns; Fedwatt with measure="process".
"""

import json
import pathlib
import statistics
import sys
import tempfile
import time
from typing import List, Tuple

import codecarbon
import fedwatt

JOULES_PER_KWH = 3.6e6
NOBODY = "ws://127.0.0.1:1"


def burn(cpu_s: float) -> None:
    end = time.process_time() + cpu_s
    number = 1.0
    while time.process_time() < end:
        for _ in range(10_000):
            number = (number * 1.000001) % 7.0


def fedwatt_cpu_j(offline_file: pathlib.Path) -> Tuple[float, str]:
    lines = [json.loads(line) for line in offline_file.read_text(encoding="utf-8").splitlines()]
    fits = [line for line in lines if line.get("type") == "report" and line["phase"] == "fit"]
    return sum(fit["energy_j"]["cpu"] for fit in fits), fits[0]["energy_source"]["cpu"]


def measure(mode: str, cpu_s: float) -> Tuple[float, float, float, str]:
    """Seconds that it took, codecarbon's joules, Fedwatt's, and where Fedwatt's come from."""
    with tempfile.TemporaryDirectory() as folder:
        offline = pathlib.Path(folder) / "offline.jsonl"
        tracker = codecarbon.OfflineEmissionsTracker(
            country_iso_code="FRA", save_to_file=False, log_level="error", measure_power_secs=1,
            tracking_mode=mode, force_mode_cpu_load=True, allow_multiple_runs=True)
        worker = fedwatt.Worker(
            NOBODY, run="compare", worker="bench", offline_file=offline, close_timeout=0.1)
        worker.checkpoint(1)
        tracker.start()
        started = time.monotonic()
        with worker.phase("fit"):
            burn(cpu_s)
        took_s = time.monotonic() - started
        tracker.stop()
        worker.report(accuracy=0.5)
        worker.close()
        joules, source = fedwatt_cpu_j(offline)
        return took_s, tracker.final_emissions_data.cpu_energy * JOULES_PER_KWH, joules, source


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    cpu_s = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    print(f"codecarbon {codecarbon.__version__}, {cpu_s:g} s of CPU time, {repetitions} times")
    for mode in ("machine", "process"):
        ratios: List[float] = []
        for _ in range(repetitions):
            took_s, theirs_j, ours_j, source = measure(mode, cpu_s)
            ratios.append(theirs_j / ours_j)
            print(f"  codecarbon ({mode}) {theirs_j:7.1f} J   fedwatt ({source}) {ours_j:7.1f} J"
                  f"   ratio {ratios[-1]:.2f}   in {took_s:.1f} s")
        print(f"{mode}: ratio {statistics.median(ratios):.2f} "
              f"({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
