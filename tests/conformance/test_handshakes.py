"""The opening handshake, right and wrong: the hub answers as a WebSocket that is not ours does, or as
is explained."""

import pytest

from driver import PATHS, Peer
from handshakes import ACCEPT, HANDSHAKES
from oracle import accepts


@pytest.mark.parametrize("case", HANDSHAKES, ids=[case.name for case in HANDSHAKES])
def test_handshake(hub, case):
    assert case.hub != accepts(case.sent), "there is nothing to explain"
    for path in PATHS:
        with Peer(hub) as peer:
            peer.send(case.sent.replace(b"{path}", path.encode()))
            status, fields = peer.read_head()
            assert status == (accepts(case.sent) if case.hub is None else case.hub)
            if status == 101:
                assert fields["Sec-WebSocket-Accept"] == ACCEPT
                assert fields["Upgrade"].lower() == "websocket" and fields["Connection"].lower() == "upgrade"
                assert fields.get("Sec-WebSocket-Protocol") == case.subprotocol
                assert "Sec-WebSocket-Extensions" not in fields
                assert peer.reaction() == []
            elif status == 426:
                assert fields["Sec-WebSocket-Version"] == "13"


def test_a_first_frame_that_comes_with_the_handshake(hub):
    from handshakes import request
    from wire import PING, frame
    with Peer(hub) as peer:
        peer.send(request().replace(b"{path}", b"/v1/viewer") + frame(PING, b"early"))
        assert peer.read_head()[0] == 101
        assert peer.reaction() == ["pong " + b"early".hex()]
