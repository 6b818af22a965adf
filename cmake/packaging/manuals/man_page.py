"""A manual page in man(7) from what --help says, and what more there is to say."""

import re


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("^", "\\(ha")
    text = text.replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^\.", r"\\&.", text, flags=re.M)


def verbatim(lines):
    text = "\n".join(escape(line) for line in lines).strip("\n")
    return [".nf", text, ".fi"]


def option_lines(options):
    for option in options:
        names = ", ".join(f"\\fB{escape(name)}\\fR" for name in option.names)
        yield ".TP"
        yield f"{names} \\fI{escape(option.value)}\\fR" if option.value else names
        text = escape(option.text)
        if option.choices:
            text += ": " + escape(", ".join(option.choices))
        if option.default:
            text += f"; by default \\fB{escape(option.default)}\\fR"
        first = text.split()[0]
        yield (text[0].upper() + text[1:] if first.isalpha() else text) + "."


def sections(lines):
    """{"": lines before the first heading, "Examples": lines, ...}"""
    found, heading = {"": []}, ""
    for line in lines:
        match = re.fullmatch(r"([A-Z][a-z ]+):", line)
        if match:
            heading = match[1]
            found[heading] = []
        else:
            found[heading].append(line)
    return found


def command_lines(command, inherited):
    """A command, its options, and those below it."""
    yield f".SS {escape(' '.join(command.usage.split()))}"
    yield from verbatim(command.about.splitlines())
    for name, text in command.positionals:
        yield from [".TP", f"\\fI{escape(name)}\\fR", escape(text)]
    yield from option_lines(o for o in command.options if o.names != ["-h", "--help"])
    if command.more != inherited:
        yield ".PP"
        yield from verbatim(command.more)
    for below in command.commands:
        yield from command_lines(below, command.more)


def write(name, version, summary, help_, more):
    """The page of the program `name`; `more` is man(7) text that comes before SEE ALSO."""
    parts = sections(help_.more)
    # No date: it would be the build's, and two builds of one version are the same.
    lines = [f'.TH {name.upper()} 1 "" "Fedwatt {version}" "User Commands"', ".SH NAME",
             f"{escape(name)} \\- {escape(summary)}", ".SH SYNOPSIS",
             f".B {escape(help_.usage)}", ".SH DESCRIPTION", escape(help_.about)]
    if any(line.strip() for line in parts[""]):
        lines += [".PP", *(escape(line) or ".PP" for line in parts[""] if line.strip())]
    lines += [".SH OPTIONS", *option_lines(help_.options)]
    if help_.commands:
        lines.append(".SH COMMANDS")
        for command in help_.commands:
            lines += command_lines(command, help_.more)
    for heading, text in parts.items():
        if heading:
            lines += [f".SH {heading.upper()}", *verbatim(text)]
    return "\n".join(lines) + "\n" + more
