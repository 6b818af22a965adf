"""Compares the TDP in worker-lib/src/energy/cpu_table.cpp with public lists.

    python3 bench/energy/check_cpu_table.py LIST.csv...

Each list has the columns Name and TDP, as codecarbon's cpu_power.csv and carbontracker's have (both
MIT licence). Prints every row that a list contradicts, and ends with status 1 if there is one.
"""

import csv
import pathlib
import re
import sys
from typing import Dict

TABLE = pathlib.Path(__file__).parents[2] / "worker-lib/src/energy/cpu_table.cpp"


def read_list(path: str) -> Dict[str, float]:
    watts = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                watts[row["Name"].lower()] = float(row["TDP"])
            except ValueError:
                continue  # the lists have misprints, such as 27.29.5
    return watts


def main() -> int:
    ours = {
        name.lower(): float(tdp)
        for name, tdp in re.findall(r'\{"([^"]+)", ([\d.]+), \d+\}', TABLE.read_text())
    }
    wrong = 0
    for path in sys.argv[1:]:
        theirs = read_list(path)
        common = ours.keys() & theirs.keys()
        print(f"{path}: has {len(common)} of our {len(ours)} CPUs")
        for name in sorted(common):
            if ours[name] != theirs[name]:
                print(f"  {name}: ours {ours[name]:g} W, theirs {theirs[name]:g} W")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
