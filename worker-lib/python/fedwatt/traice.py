"""For trainings that were made for Eclipse TRAICE: change its import to

    from fedwatt.traice import TraiceClient

and nothing else. The server is then a Fedwatt hub.
"""

import logging
import socket
import uuid
import warnings
from typing import Any, Optional, SupportsFloat

from ._values import Lenient
from .worker import Next, Phase, Worker, logger

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "FATAL", "CRITICAL")


class TraiceClient:
    """One worker of a training: start(), update() after each epoch, stop().

    What TRAICE's constructor took is taken as before; `codecarbon_log_level` has no meaning, since
    Fedwatt measures by itself. What TRAICE could not say, and Fedwatt wants to know, follows:
    the run's name, this worker's (by default the host's, with a random end), the number of epochs
    and the grid's region. `country_iso` is another word for the region.
    """

    def __init__(
        self,
        server_url: str,
        traice_log_level: str = "DEBUG",
        codecarbon_log_level: str = "CRITICAL",
        *,
        run: str = "training",
        worker: Optional[str] = None,
        total_rounds: Optional[int] = None,
        region: str = "",
        country_iso: str = "",
        **unknown: Any,
    ) -> None:
        for level in (traice_log_level, codecarbon_log_level):
            if level not in _LEVELS:
                raise ValueError(f"Log level {level} is unknown")
        for name in unknown:
            warnings.warn(f"TraiceClient knows no argument {name}; it has no effect", stacklevel=2)
        if not logger.level:
            logger.setLevel(getattr(logging, traice_log_level))
        self.id = str(uuid.uuid4())
        self.worker = Worker(_websocket_url(server_url), run=run,
                             worker=worker or f"{socket.gethostname()}-{self.id[:8]}",
                             total_rounds=total_rounds, region=region or country_iso,
                             framework="TRAICE client")
        self._lenient = Lenient(logger)
        self._epoch: Optional[Phase] = None

    def start(self) -> None:
        """Begins to measure the first epoch."""
        self._measure()

    def update(self, epoch: int, accuracy: Optional[SupportsFloat],
               loss: Optional[SupportsFloat]) -> bool:
        """Reports an epoch that is done. Waits while the training is paused. False: it was stopped;
        then end the loop (TRAICE could not say so, and returned None)."""
        if self._epoch is None:
            logger.warning("epoch %s was not measured: start() comes first", epoch)
        round = self._lenient.whole("epoch", epoch)
        if round is None:
            return True
        if self._epoch is not None:
            self._epoch.end()
        following = self.worker.checkpoint_for(round, 0)
        self.worker.report(accuracy=accuracy, loss=loss)
        # Results first, so that they can be seen while the training is paused.
        go_on = following is Next.CONTINUE or (
            following is Next.STILL_PAUSED and self.worker.checkpoint(round + 1))
        self._measure()
        return go_on

    def stop(self) -> None:
        """The training is completed: waits a little for the hub, and says bye."""
        self.worker.close(reason="stopped" if self.worker.stopped else "finished")

    def _measure(self) -> None:
        self._epoch = self.worker.phase("fit")
        self._epoch.__enter__()


def _websocket_url(server_url: str) -> str:
    """TRAICE's addresses were "http://localhost:3000" and "localhost:3000"."""
    scheme, found, rest = server_url.partition("://")
    if not found:
        return f"ws://{server_url}"
    return {"http": "ws", "https": "wss"}.get(scheme, scheme) + "://" + rest
