"""A Flower server's part in Fedwatt, whichever of Flower's two APIs its strategy has."""

import logging
import time
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Union

from .. import worker as _worker
from . import _records
from ._order import Order, worker_name
from ._settings import Settings

logger = logging.getLogger("fedwatt")

COORDINATOR = "server"
# Once, at the start: clients may report themselves only to a hub that knows the run.
CONNECT_LIMIT_S = 2.0


class Coordinator:
    """Rounds, one after the other: begin, plan, phases, note, end. Opens its worker at the first
    one. After a stop, begin says so for every round."""

    def __init__(self, settings: Settings, framework: str,
                 flower_run_id: Optional[int]) -> None:
        self.total_rounds: Optional[int] = None
        self.app = "flower"  # the run's name, where nobody gave one
        self.stopped = False
        self._settings = settings
        self._framework = framework
        self._flower_run_id = flower_run_id
        self._worker: Optional[_worker.Worker] = None
        self._phase: Optional[_worker.Phase] = None
        self._round: Optional[int] = None  # under way
        self._figures = _records.figures_in({})
        self._known = False

    def begin(self, round: int) -> bool:
        """Ends the round before, and begins `round`. Waits while the run is paused. False: the run
        was stopped, and `round` is to be passed over."""
        if self.stopped:
            return False
        self.end()
        worker = self._worker or self._open()
        if worker.checkpoint(round):
            self._round = round
            return True
        self.stopped = True
        worker.close(reason="stopped")
        logger.warning("stopped before round %d: what was trained is kept, and the rounds that are "
                       "left are passed over", round)
        return False

    def plan(self, node_ids: Iterable[int]) -> None:
        """Who takes part in the round."""
        if self._worker and self._round is not None:
            self._worker.plan_round(self._round, [worker_name(each) for each in node_ids])

    def order(self) -> str:
        """For the clients of the round."""
        worker = self._worker
        self._known = self._known or (worker is not None and worker.stats().connected)
        return Order(self._round or 0, self._run(), self._settings.hub or _worker.DEFAULT_HUB,
                     self._known).text()

    def measure(self, phase: str) -> None:
        """Measures as `phase` from here on."""
        if self._worker and self._round is not None:
            self._phase = self._worker.phase(phase).__enter__()

    def rest(self) -> None:
        """Ends the phase."""
        if self._phase:
            self._phase.end()
            self._phase = None

    def note(self, metrics: Optional[Mapping[str, Any]]) -> None:
        """The global model's figures, as the server itself found them."""
        if metrics:
            self._figures = _records.figures_in(metrics)

    def end(self) -> None:
        """Ends the round with what was noted; harmless twice. After the last one, leaves."""
        if self._worker is None or self._round is None:
            return
        self.rest()
        figures = self._figures
        self._worker.report(accuracy=figures.accuracy, loss=figures.loss, metrics=figures.metrics)
        self._figures = _records.figures_in({})
        if self._round == self.total_rounds:
            self._worker.close()
        self._round = None

    def close(self) -> None:
        """The end of the training."""
        self.end()
        if self._worker:
            self._worker.close()

    def fail(self, error: BaseException) -> None:
        """The training ended with `error`; its round is not whole."""
        if self._worker:
            self._worker.close(reason=f"failed: {type(error).__name__}")

    def _run(self) -> str:
        return self._settings.run or self.app

    def _open(self) -> _worker.Worker:
        settings = self._settings
        self._worker = _worker.Worker(
            settings.hub, run=self._run(), worker=COORDINATOR, role="coordinator",
            total_rounds=self.total_rounds, region=settings.region, pue=settings.pue,
            framework=self._framework, policies=settings.policies,
            spool_dir=self._spool_dir(), token=settings.token)
        deadline = time.monotonic() + CONNECT_LIMIT_S
        while not self._worker.stats().connected and time.monotonic() < deadline:
            time.sleep(0.01)
        return self._worker

    def _spool_dir(self) -> Union[str, Path]:
        try:
            return self._settings.spool_dir(self._flower_run_id)
        except OSError as error:
            logger.warning("what the hub does not take will be lost: %s", error)
            return ""
