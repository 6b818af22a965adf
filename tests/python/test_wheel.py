"""The wheel as a file: what is in it, and where it can go."""

import ast
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from conftest import UNPACKED, WHEEL
from hub import clean_environment

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(r"project\(fedwatt VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
LIBRARY = Path(UNPACKED.name) / "fedwatt" / "libfedwatt.so"


def output_of(*command, **settings):
    return subprocess.run([str(part) for part in command], check=True, text=True,
                          stdout=subprocess.PIPE, **settings).stdout


def test_it_is_for_every_python_3_of_this_machine():
    machine = os.uname().machine
    assert WHEEL.name == f"fedwatt-{VERSION}-py3-none-linux_{machine}.whl"
    with zipfile.ZipFile(WHEEL) as wheel:
        names = set(wheel.namelist())
        settings = wheel.read(f"fedwatt-{VERSION}.dist-info/WHEEL").decode()
        metadata = wheel.read(f"fedwatt-{VERSION}.dist-info/METADATA").decode()
    assert f"Tag: py3-none-linux_{machine}\n" in settings
    assert "Root-Is-Purelib: false" in settings
    assert f"\nVersion: {VERSION}\n" in metadata
    assert "\nRequires-Python: >=3.8\n" in metadata
    # It needs no other package.
    assert not re.search(r"^Requires-Dist: (?!.*extra ==)", metadata, re.M)
    sources = {f"fedwatt/{path.relative_to(ROOT / 'worker-lib/python/fedwatt')}"
               for path in (ROOT / "worker-lib/python/fedwatt").rglob("*.py")}
    assert sources | {"fedwatt/py.typed", "fedwatt/libfedwatt.so"} == {
        name for name in names if name.startswith("fedwatt/")}


def test_its_library_needs_only_the_c_library_and_shows_only_its_own_functions():
    needed = set(re.findall(r"NEEDED\s+(\S+)", output_of("objdump", "-p", LIBRARY)))
    assert {name.split(".so")[0] for name in needed} <= {"libc", "libm", "ld-linux-x86-64",
                                                         "ld-linux-aarch64"}
    shown = output_of("nm", "-D", "--defined-only", LIBRARY).split()[2::3]
    assert shown and all(name.startswith("fedwatt_") for name in shown)


def test_the_docs_say_which_c_library_it_needs():
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", output_of("objdump", "-T", LIBRARY))
    newest = max((int(major), int(minor)) for major, minor in versions)
    said = re.search(r"glibc (\d+)\.(\d+)", (ROOT / "docs/python.md").read_text())
    assert newest <= (int(said[1]), int(said[2]))


def test_it_installs_offline_into_a_clean_environment(tmp_path):
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    output_of(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index",
              "--no-cache-dir", "--disable-pip-version-check", WHEEL, env=clean_environment())
    output = output_of(python, "-c", "import fedwatt; print(fedwatt.__version__, fedwatt.__file__)",
                       env=clean_environment(), cwd=tmp_path)
    version, file = output.split()
    assert version == VERSION
    assert Path(file).is_relative_to(tmp_path / "venv")
    listed = output_of(sys.executable, "-m", "pip", "--python", python, "list", "--format=freeze",
                       "--disable-pip-version-check", env=clean_environment())
    assert listed.split() == [f"fedwatt=={VERSION}"]


def test_its_source_is_python_3_8():
    for path in Path(UNPACKED.name).rglob("*.py"):
        ast.parse(path.read_text(), path.name, feature_version=(3, 8))


@pytest.mark.parametrize("minor", range(8, 15))
def test_every_python_that_is_here_can_use_it(minor, tmp_path):
    python = next(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"),
                  shutil.which(f"python3.{minor}"))
    script = """if True:
        import fedwatt, fedwatt.traice, sys
        with fedwatt.Worker("ws://127.0.0.1:1", run="r", worker="w", close_timeout=0) as w:
            for r in w.rounds(2):
                with w.phase("fit"): pass
                w.report(accuracy=0.5, metrics={"auc": 1})
        assert w.stats().reports_made == 2
        print(sys.version_info[:2])
        """
    works = python and subprocess.run([python, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0
    if not works:  # a pyenv has names for what it does not run
        pytest.skip(f"no python3.{minor} here")
    output = output_of(python, "-c", script, cwd=tmp_path, stderr=subprocess.DEVNULL,
                       env=clean_environment(PYTHONPATH=UNPACKED.name))
    assert output == f"(3, {minor})\n"


def test_its_types_are_right():
    if shutil.which("mypy") is None:
        pytest.skip("mypy is not installed")
    done = subprocess.run(["mypy", "--strict", "--python-version", "3.8",
                           f"--cache-dir={os.devnull}",
                           *[str(ROOT / "worker-lib/python/fedwatt" / name) for name in
                             ("__init__.py", "worker.py", "traice.py")]],
                          stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout
