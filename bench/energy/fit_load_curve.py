"""Fits the load curve of worker-lib/src/energy/cpu_load_source.h and prints its residuals.

    python3 bench/energy/fit_load_curve.py FOLDER

FOLDER holds codecarbon's load-vs-rapl-*.csv (github.com/mlco2/codecarbon, MIT licence). The curve is
fitted to the series in which some of the threads are fully busy, which is how trainings load a CPU;
the others, in which all threads are busy part of the time, are shown beside it.
"""

import csv
import itertools
import math
import pathlib
import sys
from typing import Callable, Dict, List, Tuple

TDP_W = {"Xeon": 69.0, "Threadripper": 180.0}
Points = List[Tuple[float, float]]  # load and power, as shares of all threads and of the TDP


def read_points(path: pathlib.Path) -> Points:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tdp_w = next(watts for name, watts in TDP_W.items() if name in rows[0]["cpu_name"])
    return [(float(row["cpu_load"]) / 100, float(row["rapl_power"]) / tdp_w) for row in rows]


def rms(curve: Callable[[float], float], points: Points) -> float:
    return math.sqrt(sum((curve(load) - power) ** 2 for load, power in points) / len(points))


def main() -> None:
    series: Dict[str, Points] = {
        path.name: read_points(path)
        for path in sorted(pathlib.Path(sys.argv[1]).glob("load-vs-rapl-*.csv"))
    }
    fitted_to = [point for name, points in series.items() if "some-cores" in name for point in points]
    grid = itertools.product(
        [0.8 + step / 100 for step in range(171)], [0.6 + step / 100 for step in range(51)]
    )
    per_load, most = min(
        grid, key=lambda pair: rms(lambda load: min(pair[0] * load, pair[1]), fitted_to)
    )

    def curve(load: float) -> float:
        return min(per_load * load, most)

    slope = sum(x * y for x, y in fitted_to) / sum(x * x for x, _ in fitted_to)
    idle = [power for points in series.values() for load, power in points if load <= 0.05]
    print(f"power / TDP = min({per_load:.2f} x load, {most:.2f})")
    print(f"rms of the fit {rms(curve, fitted_to):.3f} of TDP")
    print(f"rms of a straight line {rms(lambda load: slope * load, fitted_to):.3f}")
    print(f"measured idle {sum(idle) / len(idle):.3f} of TDP")
    for name, points in series.items():
        errors = [curve(load) - power for load, power in points]
        print(
            f"{name}: rms {rms(curve, points):.3f}, mean {sum(errors) / len(errors):+.3f}, "
            f"worst {max(errors, key=abs):+.3f}"
        )
        if "--points" in sys.argv:
            for (load, power), error in zip(points, errors):
                print(f"  load {load:.3f}  measured {power:.3f}  curve {power + error:.3f}")


if __name__ == "__main__":
    main()
