"""Flower as people run it: a SuperLink, SuperNodes and `flwr run`, all on 127.0.0.1."""

import contextlib
import ctypes
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from conftest import VIEWER
from hub import TIME_FACTOR, clean_environment, until

# What the tests were made with; docs/flower.md names what else was tried.
PACKAGES = ["flwr[simulation]>=1.41,<1.43", "scikit-learn"]
FLOWER_TIMEOUT_S = 180 * TIME_FACTOR  # on a machine that has much else to do
INSTALL_TIMEOUT_S = 900
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# Ray asks the network which cloud it is in, also with its statistics off, unless a file says so.
RAY_CLOUD = "provider: {type: local}\n"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def virtual_environment(folder: Path) -> Path:
    """The programs of a virtual environment with Flower, made once and kept. Skips the tests where
    it cannot be made."""
    made_with = folder / "made-with"
    if not made_with.exists() or made_with.read_text() != "\n".join(PACKAGES):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            subprocess.run(["/usr/bin/python3", "-m", "venv", folder], check=True, timeout=120,
                           capture_output=True, text=True)
            subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--retries=1",
                            "--disable-pip-version-check", *PACKAGES], check=True,
                           timeout=INSTALL_TIMEOUT_S, capture_output=True, text=True)
        except (subprocess.SubprocessError, OSError) as error:
            why = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            pytest.skip(f"Flower cannot be installed from PyPI here: {why[-1] if why else error}")
        made_with.write_text("\n".join(PACKAGES))
    return folder / "bin"


def leave_the_network():
    """Puts this process and all that it starts into a network of its own, where there is nothing
    but 127.0.0.1. Where that is not allowed, or has threads, things stay as they are."""
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return
    for name, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"),
                          ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(content)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def order(hub, action, run, *more):
    """Gives a command, and does not wait for those who are to obey."""
    done = subprocess.run([VIEWER, action, run, "--reason", "a test", "--timeout", "1", "--hub",
                           hub.url(), *more], stdout=subprocess.PIPE, text=True)
    assert done.returncode in (0, 2), done.stdout  # 2: not everybody has acknowledged it so far


class Flower:
    """One SuperLink, with simulated nodes or with SuperNodes."""

    def __init__(self, programs: Path, folder: Path, python_path: str):
        self.folder = folder
        self._programs = programs
        self._processes = []
        self._address = f"127.0.0.1:{free_port()}"
        self._environment = clean_environment(
            PATH=f"{programs}:{os.environ['PATH']}", PYTHONPATH=python_path,
            HOME=str(folder), FLWR_HOME=str(folder / "flwr"), XDG_STATE_HOME=str(folder / "state"),
            # Nothing leaves this machine.
            FLWR_TELEMETRY_ENABLED="0", FLWR_DISABLE_UPDATE_CHECK="1",
            FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION="1", RAY_USAGE_STATS_ENABLED="0",
            FLWR_SUPEREXEC_TASK_POLL_INTERVAL="0.05")

    # ---- Flower's processes ----

    def start_superlink(self, simulated_nodes: int = 0):
        (self.folder / "flwr").mkdir()
        (self.folder / "ray_bootstrap_config.yaml").write_text(RAY_CLOUD)
        options = "".join(f"options.{option}\n" for option in (
            f"num-supernodes = {simulated_nodes}", "backend.client-resources.num-cpus = 1",
            "backend.init-args.num-cpus = 2")) if simulated_nodes else ""
        (self.folder / "flwr" / "config.toml").write_text(
            f'[superlink]\ndefault = "test"\n[superlink.test]\naddress = "{self._address}"\n'
            f"insecure = true\n{options}")
        host, port = self._address.split(":")
        self._start("superlink", "flower-superlink", "--insecure", "--host", host, "--port", port,
                    "--disable-runtime-dependency-installation",
                    *(["--simulation"] if simulated_nodes else []))
        until(self._healthy, "the SuperLink", FLOWER_TIMEOUT_S)
        return self

    def start_supernode(self, partition: int, partitions: int, **more):
        config = {"partition-id": partition, "num-partitions": partitions, **more}
        name = f"supernode-{partition}"
        self._start(name, "flower-supernode", "--insecure", "--superlink", self._address,
                    "--port", str(free_port()), "--node-config",
                    " ".join(f"{key}={json.dumps(value)}" for key, value in config.items()))
        until(lambda: "SuperNode ID" in self.log(name), name, FLOWER_TIMEOUT_S)

    def _start(self, name, program, *arguments):
        with (self.folder / f"{name}.log").open("w") as log:
            self._processes.append(subprocess.Popen(
                [self._programs / program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=self._environment, start_new_session=True))
        return self._processes[-1]

    def _healthy(self):
        try:
            with urllib.request.urlopen(f"http://{self._address}/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def dispose(self):
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        # What Flower and Ray started in sessions of their own; the folder is this test's alone.
        mark = f"FLWR_HOME={self._environment['FLWR_HOME']}".encode()
        for each in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (each / "environ").read_bytes().split(b"\0"):
                    os.kill(int(each.name), signal.SIGKILL)
        for process in self._processes:
            process.wait()

    # ---- one run of an app ----

    def start_run(self, app: Path, **run_config):
        config = " ".join(f"{key.replace('_', '-')}={json.dumps(value)}"
                          for key, value in run_config.items())
        self._run = self._start("run", "flwr", "run", str(app), "test", "--stream",
                                "--run-config", config)

    def running(self) -> bool:
        return self._run.poll() is None

    def wait(self) -> str:
        """Waits for the end of the run; how it ended, in Flower's words."""
        self._run.wait(FLOWER_TIMEOUT_S)
        listed = subprocess.run([self._programs / "flwr", "list", "test", "--format", "json"],
                                env=self._environment, cwd=self.folder, check=True, text=True,
                                timeout=FLOWER_TIMEOUT_S, capture_output=True)
        [run] = json.loads(listed.stdout)["runs"]
        return run["status"]

    def log(self, name: str = "run") -> str:
        path = self.folder / f"{name}.log"
        return COLOUR.sub("", path.read_text(errors="replace")) if path.exists() else ""
