"""The manual pages and completions have every option that --help has; the help is read here anew."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["FEDWATT_BUILD"])
MANUALS = BUILD / "cmake/packaging/manuals"
PROGRAMS = ["fedwatt-hub", "fedwatt"]
# An option that is there: a page or a completion that was made of nothing would pass, else.
KNOWN = {"fedwatt-hub": {((), "--database-password-file"), (("token", "add"), "--role")},
         "fedwatt": {((), "--hub"), (("policy", "set"), "--dry-run"), (("export",), "--output")}}


def help_of(program, path=()):
    return subprocess.run([BUILD / "bin" / program, *path, "--help"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def listed(text, heading):
    """The first words of the lines below a heading."""
    block = re.search(rf"^{heading}:\n((?:  .*\n|\n(?=  ))*)", text, flags=re.M)
    return re.findall(r"^  (\S+)", block[1], flags=re.M) if block else []


def options(program, path=()):
    """(path, "--option") of the program and all its commands."""
    text = help_of(program, path)
    for names in listed(text, "Options"):
        yield from ((path, name) for name in names.split(",") if name.startswith("--"))
    unlisted = re.findall(rf"^ +{program} (\S+) --help ", text, flags=re.M) if not path else []
    for command in listed(text, "Subcommands") + unlisted:
        if re.fullmatch(r"[a-z][a-z-]*", command):
            yield from options(program, (*path, command))


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request):
    return request.param


@pytest.fixture(scope="module")
def known_options(program):
    found = set(options(program))
    assert found >= KNOWN[program]
    return found


def section(page, path):
    """The part of a manual page that is about a command."""
    if not path:
        return page.split(".SH COMMANDS")[0]
    heading = re.escape(" ".join(path)).replace(r"\-", r"\\-")
    parts = re.split(r"^\.S[SH] ", page, flags=re.M)
    return next(p for p in parts if re.match(rf"fedwatt(?:\\-hub)? {heading} ", p))


def test_the_manual_page_has_every_option_of_every_command(program, known_options):
    page = (MANUALS / f"{program}.1").read_text(encoding="utf-8")
    for path, option in known_options - {(path, "--help") for path, _ in known_options if path}:
        written = "\\fB" + option.replace("-", "\\-") + "\\fR"
        assert written in section(page, path), f"{' '.join(path)} {option}"


def test_the_manual_page_is_well_formed_and_says_nothing_of_this_machine(program):
    page = MANUALS / f"{program}.1"
    assert os.uname().nodename not in page.read_text(encoding="utf-8").split()
    assert str(BUILD) not in page.read_text(encoding="utf-8")
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Kutf8", "-z", page], text=True,
                              stderr=subprocess.PIPE, check=True)
        assert done.stderr == ""


def completed_by_bash(program, *words):
    """What bash offers for the last of the words."""
    script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); '
              f'_{program.replace("-", "_")}; printf "%s\\n" "${{COMPREPLY[@]}}"')
    return subprocess.run(
        ["bash", "-c", script, "bash", MANUALS / f"{program}.bash", program, *words], text=True,
        stdout=subprocess.PIPE, check=True).stdout.split()


def test_bash_completes_every_option_of_every_command(program, known_options):
    offered = {path: completed_by_bash(program, *path, "") for path, _ in known_options}
    for path, option in known_options:
        assert option in offered[path], f"{' '.join(path)} {option}"


def test_bash_completes_values_commands_and_files(tmp_path, monkeypatch):
    assert completed_by_bash("fedwatt-hub", "--log-level", "w") == ["warn"]
    assert completed_by_bash("fedwatt", "po") == ["policy"]
    assert completed_by_bash("fedwatt", "policy", "hand") == ["hand-back"]
    assert completed_by_bash("fedwatt", "export", "digits", "--format", "") == ["csv", "jsonl"]
    (tmp_path / "hub.conf").touch()
    monkeypatch.chdir(tmp_path)
    assert completed_by_bash("fedwatt-hub", "--config", "hu") == ["hub.conf"]
    assert completed_by_bash("fedwatt", "import", "hu") == ["hub.conf"]


@pytest.mark.parametrize("shell, name", [("zsh", "_{}"), ("fish", "{}.fish")])
def test_zsh_and_fish_have_every_option(program, known_options, shell, name):
    file = MANUALS / name.format(program)
    text = file.read_text(encoding="utf-8")
    for path, option in known_options:
        if shell == "fish":
            at = " ".join([f"__{program.replace('-', '_')}_at", *path])
            assert re.search(rf"'{at}' (?:-s \w )?-l {option[2:]}[ \n]", text), (path, option)
        else:
            function = "_".join(["_" + program, *path]).replace("-", "_")
            body = re.search(rf"^{function}\(\) \{{\n(.*?)^\}}", text, flags=re.M | re.S)[1]
            assert re.search(rf"{option}(?:'|\}})", body), (path, option)
    if shutil.which(shell):
        subprocess.run([shell, "-n", file], check=True)
