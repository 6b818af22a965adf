"""Fedwatt in a Flower app: one line in its client app and one in its server app.

    app = ClientApp(mods=[fedwatt.flower.mod()])              # client_app.py
    strategy = fedwatt.flower.watch(FedAvg(), context)        # server_app.py

The clients then report their energy, bytes, examples and metrics, the server plans the rounds,
reports the global model's figures, and pauses and stops between rounds. Works with Flower's message
API (flwr.clientapp, flwr.serverapp) and with NumPyClient and flwr.server.strategy.
"""

from ._client import Stopped, mod
from ._server import watch

__all__ = ["Stopped", "mod", "watch"]
