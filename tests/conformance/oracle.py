"""What wsproto, a WebSocket that is not ours, makes of the same bytes as a server."""

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage
from wsproto.handshake import H11Handshake
from wsproto.utilities import RemoteProtocolError

from wire import meaning


def verdict(data):
    """What a server does, in order: takes messages, answers pings, closes."""
    server = Connection(ConnectionType.SERVER)
    server.receive_data(data)
    done, message = [], ""
    for event in server.events():
        if isinstance(event, TextMessage):
            message += event.data
            if event.message_finished:
                done.append(meaning(message))
                message = ""
        elif isinstance(event, BytesMessage):
            if event.message_finished:
                done.append("taken: bytes")
        elif isinstance(event, Ping):
            done.append(pong(bytes(event.payload)))
        elif isinstance(event, CloseConnection):
            done.append(f"closes with {int(event.code)}")
            break
    return done


def pong(payload):
    shown = payload[:12].hex() + ("…" if len(payload) > 12 else "")
    return "pong" + (f" {shown}" if shown else "")


def accepts(request):
    """The status that a server answers a handshake with."""
    server = H11Handshake(ConnectionType.SERVER)
    try:
        server.receive_data(request)
    except RemoteProtocolError as error:
        return getattr(error.event_hint, "status_code", None) or 400
    return 101 if list(server.events()) else 0  # it waits for more
