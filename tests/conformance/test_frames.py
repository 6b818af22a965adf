"""Frames, right and wrong: the hub does what a WebSocket that is not ours does, or what is explained."""

import pytest

from driver import PATHS, Peer
from frames import CASES
from oracle import verdict

BYTEWISE_UP_TO = 200


@pytest.mark.parametrize("case", CASES, ids=[f"{case.section}: {case.name}" for case in CASES])
def test_frames(hub, case):
    expected = list(case.hub or verdict(case.sent))
    assert not case.hub or expected != verdict(case.sent), "there is nothing to explain"
    for path in PATHS:
        assert reaction_to(hub, path, case.sent) == expected
        if len(case.sent) <= BYTEWISE_UP_TO:
            assert reaction_to(hub, path, case.sent, bytes_at_once=1) == expected


def reaction_to(hub, path, sent, **options):
    with Peer(hub) as peer:
        peer.upgrade(path)
        peer.send(sent, **options)
        return peer.reaction()
