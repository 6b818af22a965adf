"""docs/rfc6455.md, made from the cases: `/usr/bin/python3 table.py` writes it anew."""

from pathlib import Path

from frames import CASES, SECTIONS
from handshakes import HANDSHAKES, HANGS_UP
from oracle import accepts, verdict

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rfc6455.md"

ABOUT = """# RFC 6455, case by case

What the hub does about frames and handshakes, right and wrong, at `/v1/worker` and `/v1/viewer`. The peer is not ours:
raw sockets, and Debian's wsproto as the oracle, a WebSocket that is given the same bytes and says what a server does about
them. Frames are sent in one write and, if they are few, byte by byte. `tests/conformance` holds the cases, runs them, and
checks that this page, which is made from them, is up to date (`/usr/bin/python3 tests/conformance/table.py` makes it).

Where the hub does what the oracle does the case is green. Where it does not, the last column says why. "taken" is a text
message that the hub understood to its end: its answer quotes it. After a close that it began the hub waits 5 s for the
peer's, then cuts the connection.

{total} cases: {green} green, {explained} explained.
"""


def row(*cells):
    return "| " + " | ".join(cells) + " |\n"


def shown(done):
    if not done:
        return "nothing, and goes on"
    return "; ".join(done) if len(done) <= 4 else f"{'; '.join(done[:2])}; … {done[-1]} ({len(done)} in all)"


def frame_rows(section):
    for case in (each for each in CASES if each.section == section):
        yield row(case.name, shown(case.hub or verdict(case.sent)), case.why or "green")


def handshake_rows():
    for case in HANDSHAKES:
        status = accepts(case.sent) if case.hub is None else case.hub
        answer = "hangs up" if status == HANGS_UP else str(status)
        yield row(case.name, answer + (f", `{case.subprotocol}`" if case.subprotocol else ""), case.why or "green")


def page():
    total = len(CASES) + len(HANDSHAKES)
    explained = sum(bool(case.why) for case in (*CASES, *HANDSHAKES))
    text = ABOUT.format(total=total, green=total - explained, explained=explained)
    for title, rows in [*((section, frame_rows(section)) for section in SECTIONS), ("Handshakes", handshake_rows())]:
        text += f"\n## {title}\n\n" + row("sent", "the hub", "verdict") + row("---", "---", "---") + "".join(rows)
    return text


if __name__ == "__main__":
    PAGE.write_text(page())
