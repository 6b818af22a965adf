"""Numbers and tables as people read them."""

import os
import platform
import subprocess
from pathlib import Path


def number(value):
    """Three digits that mean something; thousands apart."""
    if value is None:
        return ""
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1 else f"{value:.2g}"


def verdict(value, target):
    """A ratio, and whether it reaches what was promised of it."""
    if target is None:
        return number(value)
    return f"**{number(value)}** (at least {target:g}: {'✓' if value >= target else '✗'})"


def table(heads, rows):
    lines = ["| " + " | ".join(map(str, heads)) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def machine(postgres, folder):
    """What all of it ran on, in one sentence; and whether anything else ran there."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) * 1024 / 1e9
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    disk = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
                          check=False).stdout.strip()
    words = (f"{cores} cores of {model}, {memory:.0f} GB, Linux {platform.release()}, PostgreSQL "
             f"{postgres.ask('SHOW server_version').split()[0]} with fsync "
             f"{postgres.ask('SHOW fsync')} on {disk}, Node {node.strip()}; hub or peer, database and "
             "load generator share the cores.")
    if load > cores / 4:
        words += f" **The machine was not quiet: its load was {load:.1f} at the start.**"
    return words
