"""What a program's --help says, and that of each of its commands, as data. The layout is CLI11's."""

import dataclasses
import os
import re
import subprocess

COLUMN = 30  # where CLI11 begins the descriptions


@dataclasses.dataclass
class Option:
    names: list  # ["-o", "--output"]
    value: str  # "FILE", or "" for a flag
    default: str
    choices: list
    text: str

    @property
    def takes_file(self):
        return self.value.endswith("FILE")

    @property
    def value_is_optional(self):
        return self.value.startswith("[")


@dataclasses.dataclass
class Command:
    path: list  # ["policy", "set"]; [] for the program itself
    about: str
    usage: str
    positionals: list  # (name, text)
    options: list
    commands: list  # Command
    more: list  # lines below the options

    def all(self):
        """This one and all below it."""
        yield self
        for command in self.commands:
            yield from command.all()


def read(program, path=()):
    """Asks `program` for the help of the command at `path` and of those below it."""
    # A default must not tell who built the page, or where.
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    answer = subprocess.run([program, *path, "--help"], env=environment, check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    about, rest = re.split(r"^Usage: ", answer, maxsplit=1, flags=re.M)
    usage, _, rest = rest.partition("\n")
    command = Command(list(path), about.strip("\n"), usage, [], [], [], [])
    for heading, name, text in entries(rest.splitlines(), command.more):
        if heading == "Options:":
            command.options.append(option(name, text))
        elif heading == "Positionals:":
            command.positionals.append((name.split()[0], text))
        else:
            command.commands.append(read(program, [*path, name]))
    return command


def entries(lines, more):
    """(heading, name, text) of what is listed; what comes after the lists goes to `more`."""
    heading = None
    while lines:
        line = lines.pop(0)
        if line in ("Positionals:", "Options:", "Subcommands:"):
            heading = line
        elif heading and line.startswith("  "):
            # A name that reaches the column has its description on a line of its own.
            below = bool(lines) and lines[0].startswith(" " * COLUMN) and lines[0].strip()
            if line[2] == "-" and below:
                name, text = line.strip(), lines.pop(0).strip()
            elif below and not line[COLUMN:].strip():
                name, text = line.strip(), lines.pop(0).strip()
            else:
                name, text = line[:COLUMN].strip(), line[COLUMN:].strip()
            while lines and lines[0].startswith(" " * (COLUMN - 1)):
                lines.pop(0)  # the rest of a command's description, which its own help has, too
            yield heading, name, text
        elif line.strip():
            more.extend([line, *lines])
            return


def option(spec, text):
    names, _, value = spec.partition(" ")
    value = re.sub(r" ?REQUIRED$", "", value)
    default, choices = "", []
    # VALUE:{a,b}=DEFAULT or VALUE:from 0 to 1=DEFAULT
    match = re.fullmatch(r"([A-Z:]+?)(?::(\{.*\}|from [^=]*|NONNEGATIVE))?(?:=(.*))?", value)
    if match:
        value, check, default = match[1], match[2] or "", match[3] or ""
        if check.startswith("{"):
            choices = check[1:-1].split(",")
        elif check.startswith("from "):
            text += f"; {check}"
    if os.uname().nodename in default:
        default = ""
    if names == "--config":
        value = "FILE"
    return Option(names.split(","), value, default, choices, text)
