"""The client app's line: a mod that measures each message that its node works on.

Flower gives every message to a process of its own (SuperNode), or hands the nodes around between a
few processes (simulation). So a node's worker lives for one message: it connects while the node
trains, flushes, and leaves. What the hub could not take waits in a spool, from which the
node's next message sends it first, in whichever process that is.
"""

import contextlib
import fcntl
import logging
import os
import time
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple, Optional

from .. import worker as _worker
from . import _records, _settings
from ._order import worker_name

logger = logging.getLogger("fedwatt")

PHASES = {"train": "fit", "evaluate": "evaluate"}
# A hub that answers does so well within this time, counted from the message's start.
CONNECT_LIMIT_S = 1.0
FLUSH_LIMIT_S = 2.0
# Nothing listens there: the reports stay in the spool.
_NOWHERE = "ws://127.0.0.1:1"
_STATE = "fedwatt"


class Stopped(RuntimeError):
    """An operator stopped this very client: it answers its server with this error from then on."""


Mod = Callable[[Any, Any, Callable[[Any, Any], Any]], Any]


def mod(*, hub: Optional[str] = None, run: Optional[str] = None, region: Optional[str] = None,
        pue: Optional[float] = None, token: str = "") -> Mod:
    """A Flower mod for ClientApp(mods=[...]), best the last one, next to the app.

    hub     else `fedwatt-hub` in the node's or the run's config, FEDWATT_HUB, or what the server
            uses
    run     as the server's line says; this is for a server without that line
    region  of the grid that feeds this node, such as "FR"; else `fedwatt-region` in the node's
            config (flower-supernode --node-config), or FEDWATT_REGION
    pue     of the data centre; else `fedwatt-pue`, or FEDWATT_PUE
    token   for a hub that wants one; else FEDWATT_TOKEN. Make it with --worker 'node-*'

    The training comes first: what goes wrong here is logged under logging.getLogger("fedwatt").
    Raises ImportError if there is no Flower, or one too old.
    """
    flwr = _settings.flower()
    given = _settings.Given(hub, run, region, pue, token=token)

    def measure(message: Any, context: Any, call_next: Callable[[Any, Any], Any]) -> Any:
        phase = PHASES.get(message.metadata.message_type.split(".")[0])
        if phase is None:
            return call_next(message, context)
        _refuse_if_stopped(context)
        with _opened(given, message, context, flwr.__version__) as job:
            if job is None:
                return call_next(message, context)
            with job.worker.phase(phase):
                reply = call_next(message, context)
            job.report(reply)
            job.obey(context)
            return reply

    return measure


class _Job(NamedTuple):
    """A worker's part of one round."""

    worker: _worker.Worker
    round: int
    bytes_received: int
    hub_deadline: float  # by time.monotonic

    def report(self, reply: Any) -> None:
        try:
            figures = _records.figures_of(reply.content)
            bytes_sent = _records.size(reply.content)
        except Exception as error:  # an error reply, or records of a kind not known here
            logger.warning("a reply's figures were left out: %s", error)
            return
        self.worker.report(accuracy=figures.accuracy, loss=figures.loss,
                           num_examples=figures.num_examples, metrics=figures.metrics,
                           bytes_sent=bytes_sent, bytes_received=self.bytes_received)

    def obey(self, context: Any) -> None:
        """An operator may have named this very worker: wait, or take no further message."""
        self._await_hub()
        if self.worker.ordered() is _worker.Next.CONTINUE:
            return
        if not self.worker.checkpoint(self.round):
            _remember_stop(context)

    def close(self, reason: str) -> None:
        """Gives up early on a hub that is away, so that the training does not wait for it."""
        self.worker.close(FLUSH_LIMIT_S if self._await_hub() else 0, reason)

    def _await_hub(self) -> bool:
        while not self.worker.stats().connected:
            if time.monotonic() > self.hub_deadline:
                return False
            time.sleep(0.01)
        return True


@contextlib.contextmanager
def _opened(given: _settings.Given, message: Any, context: Any,
            version: str) -> Iterator[Optional[_Job]]:
    """The node's worker for this message; None if it cannot be measured."""
    with contextlib.ExitStack() as stack:
        try:
            job: Optional[_Job] = _open(stack, given, message, context, version)
        except Exception as error:
            logger.warning("a message is not measured: %s", error)
            job = None
        if job is None:
            yield None
            return
        reason = "failed"
        try:
            yield job
            reason = "until its next message"
        finally:
            job.close("stopped" if job.worker.stopped else reason)


def _open(stack: contextlib.ExitStack, given: _settings.Given, message: Any, context: Any,
          version: str) -> _Job:
    hub_deadline = time.monotonic() + CONNECT_LIMIT_S
    bytes_received = _records.size(message.content)
    order = _records.take_order(message.content)
    round = order.round if order else _records.round_of(message)
    if round is None:
        raise ValueError("it does not say its round; give the server app its line too: "
                         "strategy = fedwatt.flower.watch(strategy, context)")
    found = _settings.settings(given, context.node_config, context.run_config)
    name = worker_name(context.node_id)
    folder = found.spool_dir(context.run_id)
    stack.enter_context(_alone(folder / f"{name}.lock", name))

    hub = found.hub or (order.hub if order else None)
    if order and not order.known:
        hub, hub_deadline = _NOWHERE, 0.0
    worker = _worker.Worker(
        hub, run=(order.run if order else found.run) or "flower", worker=name,
        region=found.region, pue=found.pue, framework=_framework(version, context),
        spool_dir=folder, token=found.token)
    worker.checkpoint_for(round, 0)
    return _Job(worker, round, bytes_received, hub_deadline)


@contextlib.contextmanager
def _alone(path: Path, name: str) -> Iterator[None]:
    """Two connections of one worker would put each other out: the second one is refused."""
    while True:
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RuntimeError(f"{name} is still at work on an earlier one") from None
            if os.fstat(lock.fileno()).st_nlink == 0:
                continue  # its holder has just left and taken it away
            try:
                yield
            finally:
                path.unlink()
                # Not by closing: a child that the app forked may have it open still.
                fcntl.flock(lock, fcntl.LOCK_UN)
            return


def _framework(version: str, context: Any) -> str:
    partition = context.node_config.get("partition-id")
    return f"flower {version}" + ("" if partition is None else f", partition {partition}")


def _refuse_if_stopped(context: Any) -> None:
    if _STATE in _records.configs(context.state):
        raise Stopped("an operator stopped this client; the run goes on without it")


def _remember_stop(context: Any) -> None:
    """In the node's state, which Flower keeps between messages, whatever their process."""
    records = _records.configs(context.state)
    records[_STATE] = _records.config_record({"stopped": True})
