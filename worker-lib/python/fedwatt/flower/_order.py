"""What the server's line tells the clients' line, inside the messages that Flower sends anyway."""

import json
from typing import Any, NamedTuple, Optional

KEY = "fedwatt"  # of the record, or of the entry in a config, that carries it


class Order(NamedTuple):
    """Which round a message belongs to, and where to report it."""

    round: int
    run: str
    hub: str
    # Whether the hub knows the run. A client that came first would start it, and end it again when
    # it leaves: until then clients keep their reports.
    known: bool

    def text(self) -> str:
        return json.dumps(self._asdict())


def read(text: Any) -> Optional[Order]:
    """None if it is none, whoever wrote it."""
    try:
        fields = json.loads(text)
        return Order(int(fields["round"]), str(fields["run"]), str(fields["hub"]),
                     bool(fields["known"]))
    except (KeyError, TypeError, ValueError):
        return None


def worker_name(node_id: int) -> str:
    """A node's name in Fedwatt: both sides know its id, and it stays the same in all rounds."""
    return f"node-{node_id}"
