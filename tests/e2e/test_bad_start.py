"""What a hub says when it cannot start: one sentence with what to do, and a status that is not 0."""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from hub import PROGRAM, TIMEOUT_S, Hub, clean_environment, die_with_parent


def run_hub(*arguments, user=None, environment=None):
    """Runs a hub that is expected to end by itself, and at once."""
    environment = {"FEDWATT_WAIT_FOR_STORE": "0", **(environment or {})}
    return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=TIMEOUT_S, preexec_fn=None if user else die_with_parent, user=user,
                          env=clean_environment(**environment))


def assert_refused(done, *says):
    assert done.returncode not in (0, None) and done.returncode > 0, (done.returncode, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    for each in says:
        assert each in lines[0], lines[0]
    for noise in ("what()", "terminate called", "exception", "std::", "Assertion"):
        assert noise not in done.stderr, done.stderr
    assert "listening" not in done.stdout


@pytest.fixture
def arguments(tmp_path):
    """Flags with which a hub would start."""
    return ["--listen", "127.0.0.1:0", "--database", f"sqlite:{tmp_path}/hub.db"]


# ---- flags, environment, configuration file -----------------------------------------------------


def test_help_and_version():
    done = run_hub("--help")
    assert done.returncode == 0 and done.stderr == ""
    for flag in ("--listen", "--database", "--config", "--round-quorum", "--round-deadline", "--worker-grace",
                 "--run-abandon", "FEDWATT_LISTEN", "sqlite:", "postgresql://"):
        assert flag in done.stdout, flag
    done = run_hub("--version")
    assert done.returncode == 0 and done.stdout.strip() == "fedwatt-hub 0.1.0"


@pytest.mark.parametrize("wrong, says", [
    (["--colour", "blue"], ["--colour"]),
    (["serve"], ["serve"]),
    (["--round-quorum"], ["--round-quorum"]),
    (["--round-quorum", "lots"], ["--round-quorum", "lots"]),
    (["--round-quorum", "1.5"], ["--round-quorum", "1.5"]),
    (["--round-quorum", "nan"], ["--round-quorum"]),
    (["--round-deadline", "-1"], ["--round-deadline", "-1"]),
    (["--worker-grace", "soon"], ["--worker-grace", "soon"]),
    (["--run-abandon", "1e400"], ["--run-abandon"]),
], ids=" ".join)
def test_flags_with_a_mistake(arguments, wrong, says):
    assert_refused(run_hub(*arguments, *wrong), *says)


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http", "256.0.0.1:0", ""])
def test_an_address_that_is_none(tmp_path, listen):
    assert_refused(run_hub("--listen", listen, "--database", f"sqlite:{tmp_path}/hub.db"), listen)


@pytest.mark.parametrize("database", ["hub.db", "mysql://localhost/fedwatt", "sqlite:", ""])
def test_a_database_that_is_none(database):
    assert_refused(run_hub("--listen", "127.0.0.1:0", "--database", database), "sqlite:PATH")


def test_an_environment_with_a_mistake(arguments):
    done = run_hub(*arguments, environment={"FEDWATT_ROUND_QUORUM": "lots"})
    assert_refused(done, "lots")


@pytest.mark.parametrize("line, says", [
    ("colour = blue", ["colour"]),
    ("round-quorum = lots", ["lots"]),
    ("round-quorum = 7", ["7"]),
    ("[hub\nround-quorum = 0.5", []),
    ("this is no setting", []),
], ids=["unknown", "no number", "out of range", "a bracket", "prose"])
def test_a_configuration_file_with_a_mistake(arguments, tmp_path, line, says):
    config = tmp_path / "hub.toml"
    config.write_text(line + "\n")
    assert_refused(run_hub(*arguments, "--config", config), *says)


def test_a_configuration_file_that_is_not_there(arguments, tmp_path):
    assert_refused(run_hub(*arguments, "--config", tmp_path / "missing.toml"), "missing.toml")


def test_settings_from_file_environment_and_flags(tmp_path, make_hub):
    """The file is overridden by the environment, and that by flags."""
    config = tmp_path / "hub.toml"
    config.write_text('database = "sqlite:/nowhere/hub.db"\nlisten = "127.0.0.1:1"\nround-quorum = 0.9\n')
    environment = clean_environment(FEDWATT_DATABASE=f"sqlite:{tmp_path}/hub.db")
    with subprocess.Popen([PROGRAM, "--config", str(config), "--listen", "127.0.0.1:0"], env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=die_with_parent) as process:
        try:
            assert process.stdout.readline().startswith("fedwatt-hub listening on 127.0.0.1:")
        finally:
            process.terminate()
        assert process.wait(TIMEOUT_S) == 0
    assert (tmp_path / "hub.db").exists()


# ---- the port -----------------------------------------------------------------------------------


def test_a_port_in_use(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run_hub("--listen", address, "--database", f"sqlite:{tmp_path}/hub.db")
        assert_refused(done, address, "port", "--listen")


def test_an_address_of_another_machine(tmp_path):
    options = ("--listen", "192.0.2.1:3000", "--database", f"sqlite:{tmp_path}/hub.db")
    assert_refused(run_hub(*options), "192.0.2.1", "--tokens", "--insecure")
    assert_refused(run_hub(*options, "--insecure"), "cannot listen on 192.0.2.1:3000")


# ---- SQLite -------------------------------------------------------------------------------------


def refused_database(path, *says, user=None):
    assert_refused(run_hub("--listen", "127.0.0.1:0", "--database", f"sqlite:{path}", user=user),
                   str(path.parent), *says)


def test_a_folder_that_is_missing(tmp_path):
    refused_database(tmp_path / "nowhere" / "hub.db")


def test_a_database_that_is_a_folder(tmp_path):
    refused_database(tmp_path)


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "hub.db"
    path.write_text("Dear diary, today I trained a model. " * 100)
    before = path.read_bytes()
    refused_database(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program(tmp_path):
    path = tmp_path / "hub.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE runs (shoes TEXT)")
    other.close()
    refused_database(path)


def test_a_database_of_a_newer_hub(tmp_path, make_hub):
    path = tmp_path / "hub.db"
    make_hub(f"sqlite:{path}").stop()
    with sqlite3.connect(path) as newer:
        newer.execute("INSERT INTO schema_migrations SELECT 999, 'future', max(applied_at) FROM schema_migrations")
    newer.close()
    refused_database(path, "newer")


def test_a_second_hub_on_the_same_file(tmp_path, make_hub):
    hub = make_hub(f"sqlite:{tmp_path}/hub.db")
    refused_database(tmp_path / "hub.db", "hub")
    assert hub.ready()


@pytest.fixture
def other_users_folder():
    """A folder that a user without rights may read and not write; root may write everywhere."""
    folder = Path(tempfile.mkdtemp(prefix="fedwatt-e2e-"))
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def unprivileged():
    return "nobody" if os.geteuid() == 0 else None


def test_a_file_that_is_read_only(make_hub, other_users_folder):
    path = other_users_folder / "hub.db"
    make_hub(f"sqlite:{path}").stop()
    path.chmod(0o444)
    other_users_folder.chmod(0o555)
    refused_database(path, user=unprivileged())


def test_a_folder_that_is_read_only(other_users_folder):
    other_users_folder.chmod(0o555)
    refused_database(other_users_folder / "hub.db", user=unprivileged())


# ---- PostgreSQL ---------------------------------------------------------------------------------


def refused_url(url, *says):
    done = run_hub("--listen", "127.0.0.1:0", "--database", url)
    assert_refused(done, *says)
    assert "correct-horse" not in done.stderr + done.stdout  # passwords stay out of logs


def test_postgresql_that_is_away():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and not listening
        port = unused.getsockname()[1]
        refused_url(f"postgresql://fedwatt:correct-horse@127.0.0.1:{port}/fedwatt", f"127.0.0.1:{port}")


def test_postgresql_with_a_wrong_password(shared_postgres):
    host = shared_postgres.rpartition("@")[2]
    refused_url(f"postgresql://fedwatt:correct-horse@{host}", "password")


def test_postgresql_without_such_a_database(shared_postgres):
    refused_url(shared_postgres.rpartition("/")[0] + "/no_such_database", "no_such_database")


def test_postgresql_of_a_newer_hub(postgres_database, make_hub):
    make_hub(postgres_database).stop()
    subprocess.run(["psql", "-q", "-X", postgres_database, "-c",
                    "INSERT INTO schema_migrations SELECT 999, 'future', max(applied_at) FROM schema_migrations"],
                   check=True)
    refused_url(postgres_database, "newer")


def test_a_second_hub_on_the_same_postgresql(postgres_database, make_hub, tmp_path):
    hub = make_hub(postgres_database)
    refused_url(postgres_database, "hub")
    assert hub.ready()
