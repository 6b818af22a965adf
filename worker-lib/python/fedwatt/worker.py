"""One FL client, or the coordinator: measures a training and tells the hub."""

import atexit
import ctypes
import enum
import logging
import os
import threading
import time
import weakref
from contextlib import nullcontext
from types import TracebackType
from typing import (Any, ContextManager, Iterable, Iterator, Mapping, NamedTuple, Optional,
                    Sequence, SupportsFloat, SupportsIndex, Tuple, Type, Union)

from . import _library, _values
from ._library import library

logger = logging.getLogger("fedwatt")

DEFAULT_HUB = "ws://127.0.0.1:3000"
_SLICE_S = 0.2  # how long Ctrl-C may have to wait while a call blocks
_NOT_CLOSED = b"ended without close"


class Next(enum.Enum):
    """What a training is to do at a checkpoint."""

    CONTINUE = _library.GO_ON
    STOP = _library.STOP
    STILL_PAUSED = _library.STILL_PAUSED


class Stats(NamedTuple):
    """What has become of a worker's reports."""

    connected: bool
    reports_made: int
    reports_acknowledged: int  # committed by the hub
    reports_waiting: int
    reports_dropped: int  # the queue was full, and nothing in it could be folded
    reports_rejected: int  # the hub found them invalid
    reports_offline: int  # left at the end: in the spool, or written to the offline file
    values_left_out: int  # not numbers, not finite, or out of range
    reports_folded: int  # into another one, because the queue was full
    reports_spooled: int  # of those that wait: a SIGKILL does not lose them any more
    spool_failures: int  # times that the disk failed it, or that there could be none


class Phase:
    """Measures what happens within its `with` block. Made by Worker.phase."""

    def __init__(self, worker: "Worker", phase: str) -> None:
        self._worker = worker
        self._phase = phase
        self._id = 0

    def __enter__(self) -> "Phase":
        self._id = self._worker._begin_phase(self._phase)
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def end(self) -> None:
        """Ends it before its block does; harmless twice."""
        self._worker._end_phase(self._id)
        self._id = 0


class Worker:
    """Measures a training from here to close(), or to the end of a `with` block.

    The training comes first: once it is made, no call raises because the hub is away, because a
    value cannot be used or because a phase has no such name; it is logged instead, under
    logging.getLogger("fedwatt"). Only checkpoint, rounds, flush and close may wait, with the GIL
    free, and Ctrl-C ends the wait.

    All calls are safe from any thread, but phases and rounds are one thread's at a time. In the
    child of a fork a worker does nothing: make one in each process.
    """

    def __init__(
        self,
        hub: Optional[str] = None,
        *,
        run: str,
        worker: str,
        role: str = "worker",
        total_rounds: Optional[int] = None,
        region: str = "",
        pue: Optional[float] = None,
        framework: str = "",
        target: Union[str, Tuple[str, str]] = "",
        measure: str = "process",
        offline_file: "Union[str, os.PathLike[str]]" = "",
        spool_dir: "Union[str, os.PathLike[str]]" = "",
        queue_capacity: int = 10_000,
        queue_bytes: int = 16 * 1024 * 1024,
        close_timeout: float = 5.0,
        policies: Sequence[str] = (),
        ca_file: "Union[str, os.PathLike[str], None]" = None,
        client_certificate: "Union[str, os.PathLike[str]]" = "",
        client_key: "Union[str, os.PathLike[str]]" = "",
        token: str = "",
    ) -> None:
        """Starts connecting in the background and returns at once.

        hub            such as "wss://hub.example:3000", where TLS proves who the hub is, or ws://;
                       by default what FEDWATT_HUB says, else ws://127.0.0.1:3000
        run            the run's name; every worker of a training gives the same one
        worker         this worker's name, unique within the run
        role           "worker" or "coordinator"
        total_rounds   None: not known
        region         of the grid that feeds this machine: "FR", "US-CA" or another name that
                       fedwatt-hub --list-regions knows
        pue            of the data centre, at least 1; None: the hub's default
        framework      for people: "flower 1.13"
        target         what the run is judged by: "auc", or ("perplexity", "min"); else accuracy
        measure        whose energy: "process" (this one's share), "machine" or "nothing"
        offline_file   what the hub never took is written there at the end, for `fedwatt import`
        spool_dir      a folder in which reports wait on the disk, too, so that they survive this
                       process: the next one with the same folder, run and worker sends what is
                       left, in order, each report once. Give each training a folder of its own
        queue_capacity reports that wait for the hub; beyond it, or
        queue_bytes    beyond this much memory for them, those that were never sent are folded two
                       into one, the oldest first: what a round came to stays whole
        close_timeout  seconds that close() may wait for the hub, where it is not told
        policies       what the hub is to do about the run by itself, each like
                       "budget:limit_g=500,act=pause"; for kinds that the run has had none of
        ca_file        for wss://: the certificate of a private CA, in PEM, that is trusted in place
                       of the system's; by default what FEDWATT_CA_FILE says
        client_certificate, client_key
                       for a hub that wants them, in PEM
        token          for a hub that wants one: what fedwatt-hub token add printed; by default what
                       FEDWATT_TOKEN says

        Raises ValueError or TypeError if these cannot work.
        """
        if hub is None:
            hub = os.environ.get("FEDWATT_HUB") or DEFAULT_HUB
        if pue is not None and not float(pue) >= 1:
            raise ValueError(f"pue must be at least 1, not {pue}")
        metric, goal = _values.target(target)

        options = _library.Options()
        library.fedwatt_options_init(ctypes.byref(options), ctypes.sizeof(options))
        options.hub = _values.text("hub", hub)
        options.run = _values.text("run", run)
        options.worker = _values.text("worker", worker)
        options.role = _values.choice("role", role, _library.ROLES)
        options.measure = _values.choice("measure", measure, _library.MEASURES)
        if total_rounds is not None:
            options.total_rounds = _values.count("total_rounds", total_rounds, 0)
        options.region = _values.text("region", region)
        if pue is not None:
            options.pue = float(pue)
        options.framework = _values.text("framework", framework)
        options.target_metric = _values.text("target's metric", metric)
        options.target_goal = _values.choice("target's goal", goal, _library.GOALS)
        options.keep_log = 1
        options.offline_file = _library.encode(os.fsencode(offline_file))
        options.spool_dir = _library.encode(os.fsencode(spool_dir))
        options.queue_capacity = _values.count("queue_capacity", queue_capacity, 1)
        options.queue_bytes = _values.count("queue_bytes", queue_bytes, 1)
        options.policies = _values.policies(policies)
        if ca_file is None:
            ca_file = os.environ.get("FEDWATT_CA_FILE", "")
        options.ca_file = _library.encode(os.fsencode(ca_file))
        options.client_certificate = _library.encode(os.fsencode(client_certificate))
        options.client_key = _library.encode(os.fsencode(client_key))
        options.token = _values.secret("token", token)
        options.close_timeout_ms = _values.milliseconds("close_timeout", close_timeout)

        error = ctypes.create_string_buffer(1024)
        handle = library.fedwatt_worker_open(ctypes.byref(options), error, ctypes.sizeof(error))
        if not handle:
            raise ValueError(error.value.decode(errors="replace"))
        self._handle = ctypes.c_void_p(handle)
        self._about = f"{worker!r} of run {run!r} at {hub}"
        self._process = os.getpid()
        self._total_rounds = total_rounds
        self._close_timeout_ms: int = options.close_timeout_ms
        self._training = threading.RLock()  # the library's training calls are for one at a time
        self._lenient = _values.Lenient(logger)
        self._stopped = False
        # No call can be under way when nobody refers to this object any more, so it is then that
        # the library's part is given back. At exit another thread may be in a call: only close.
        weakref.finalize(self, _free, self._handle, self._close_timeout_ms).atexit = False
        _open_workers.add(self)
        self._pass_on_log()

    # ---- the training ----

    def rounds(self, count: Optional[int] = None, first: int = 1) -> Iterator[int]:
        """The numbers of `count` rounds (total_rounds, else without end), from `first` on, each
        after its checkpoint: waits while paused, and ends when stopped."""
        first = _values.count("first", first, 0)
        if count is None:
            count = self._total_rounds
        last = None if count is None else first + _values.count("count", count, 0)
        return self._rounds(first, last)

    def _rounds(self, round: int, last: Optional[int]) -> Iterator[int]:
        while (last is None or round < last) and self.checkpoint(round):
            yield round
            round += 1

    def checkpoint(self, round: SupportsIndex) -> bool:
        """Begins `round` and says whether to go on; False: stopped. Waits while this worker is
        ordered to pause, never because the hub is away."""
        following = self.checkpoint_for(round, 0)
        if following is Next.STILL_PAUSED:
            logger.warning("paused before round %s, until somebody resumes or stops", round)
            while following is Next.STILL_PAUSED:
                following = self.checkpoint_for(round, _SLICE_S)
            logger.warning("%s at round %s",
                           "stopped" if following is Next.STOP else "resumed", round)
        return following is Next.CONTINUE

    def checkpoint_for(self, round: SupportsIndex, timeout: float) -> Next:
        """The same, but waits `timeout` seconds at most (0: not at all). Next.STILL_PAUSED: call it
        again with the same round."""
        timeout_ms = _values.milliseconds("timeout", timeout)
        number = self._lenient.whole("a checkpoint's round", round)
        if number is None:
            return Next.STOP if self.ordered() is Next.STOP else Next.CONTINUE
        with self._training_call():
            following = Next(
                library.fedwatt_worker_checkpoint_for(self._handle, number, timeout_ms))
        if following is Next.STOP:
            self._stopped = True
        self._pass_on_log()
        return following

    def ordered(self) -> Next:
        """What the next checkpoint would say, without waiting, beginning a round or telling the
        hub."""
        return Next(library.fedwatt_worker_ordered(self._handle))

    @property
    def stopped(self) -> bool:
        """Whether a checkpoint said to stop."""
        return self._stopped

    def phase(self, phase: str) -> Phase:
        """Measures a `with` block as "init", "fit", "evaluate", "idle" or "communicate". One at a
        time: beginning a second one ends the first."""
        return Phase(self, phase)

    def report(
        self,
        *,
        accuracy: Optional[SupportsFloat] = None,
        loss: Optional[SupportsFloat] = None,
        num_examples: Optional[SupportsIndex] = None,
        metrics: Optional[Mapping[str, SupportsFloat]] = None,
        bytes_sent: Optional[SupportsIndex] = None,
        bytes_received: Optional[SupportsIndex] = None,
    ) -> None:
        """Ends this worker's part of the round with its results. Accuracy is a fraction, 0 to 1;
        None is not measured. What cannot be used is left out and logged."""
        lenient = self._lenient
        named = lenient.numbers("metrics", metrics)
        result = _library.Result(
            size=ctypes.sizeof(_library.Result),
            accuracy=_library.c_double_or_null(lenient.number("accuracy", accuracy)),
            loss=_library.c_double_or_null(lenient.number("loss", loss)),
            num_examples=_library.c_int64_or_null(lenient.whole("num_examples", num_examples)),
            metric_names=(ctypes.c_char_p * len(named))(*named),
            metric_values=(ctypes.c_double * len(named))(*named.values()),
            metric_count=len(named),
            bytes_sent=_library.c_int64_or_null(lenient.whole("bytes_sent", bytes_sent)),
            bytes_received=_library.c_int64_or_null(
                lenient.whole("bytes_received", bytes_received)))
        with self._training_call():
            library.fedwatt_worker_report(self._handle, ctypes.byref(result))
        self._pass_on_log()

    def add_energy(
        self,
        *,
        source: str,
        cpu_j: Optional[SupportsFloat] = None,
        gpu_j: Optional[SupportsFloat] = None,
        ram_j: Optional[SupportsFloat] = None,
        machine_j: Optional[SupportsFloat] = None,
    ) -> None:
        """Adds joules that something else measured (`source`: "smart-plug", "codecarbon") to the
        phase that is open, else to the next report, in place of the meter's. `machine_j` is one
        figure for the whole machine and stands alone. With measure="nothing" they are all there
        is."""
        lenient = self._lenient
        named = lenient.name("source", source)
        energy = _library.Energy(
            size=ctypes.sizeof(_library.Energy),
            cpu_j=_library.c_double_or_null(lenient.number("cpu_j", cpu_j)),
            gpu_j=_library.c_double_or_null(lenient.number("gpu_j", gpu_j)),
            ram_j=_library.c_double_or_null(lenient.number("ram_j", ram_j)),
            machine_j=_library.c_double_or_null(lenient.number("machine_j", machine_j)))
        if named is None:
            return
        with self._training_call():
            library.fedwatt_worker_add_energy(self._handle, ctypes.byref(energy), named)
        self._pass_on_log()

    def plan_round(self, round: SupportsIndex, workers: Iterable[str]) -> None:
        """A coordinator's: who takes part in `round`. Call it before the round begins."""
        number = self._lenient.whole("a plan's round", round)
        names = self._lenient.names("a planned worker", workers)
        if number is None:
            return
        with self._training_call():
            library.fedwatt_worker_plan_round(
                self._handle, number, (ctypes.c_char_p * len(names))(*names), len(names))
        self._pass_on_log()

    def _begin_phase(self, phase: str) -> int:
        number = _library.PHASES.get(phase) if isinstance(phase, str) else None
        if number is None:
            self._lenient.leave_out(f"a phase was left out: {phase!r} is none of "
                                    f"{', '.join(_library.PHASES)}")
            return 0
        with self._training_call():
            phase_id: int = library.fedwatt_worker_begin_phase(self._handle, number)
        self._pass_on_log()
        return phase_id

    def _end_phase(self, phase_id: int) -> None:
        if phase_id == 0:
            return
        with self._training_call():
            library.fedwatt_worker_end_phase(self._handle, phase_id)

    # ---- the hub ----

    def stats(self) -> Stats:
        """What has become of the reports so far."""
        found = _library.Stats(size=ctypes.sizeof(_library.Stats))
        library.fedwatt_worker_get_stats(self._handle, ctypes.byref(found))
        return Stats(bool(found.connected), found.reports_made, found.reports_acknowledged,
                     found.reports_waiting, found.reports_dropped, found.reports_rejected,
                     found.reports_offline, found.values_left_out + self._lenient.left_out,
                     found.reports_folded, found.reports_spooled, found.spool_failures)

    def flush(self, timeout: float) -> bool:
        """Waits until the hub has committed every report made so far. False: `timeout` seconds went
        by, or the hub said not to come back."""
        deadline = time.monotonic() + _values.milliseconds("timeout", timeout) / 1000
        while True:
            began = time.monotonic()
            slice_s = max(0.0, min(_SLICE_S, deadline - began))
            done = library.fedwatt_worker_flush(self._handle, int(slice_s * 1000))
            self._pass_on_log()
            # Without success before its time, a slice says that there is nothing to wait for.
            if done or slice_s < _SLICE_S or time.monotonic() - began < _SLICE_S / 2:
                return bool(done)

    def close(self, timeout: Optional[float] = None, reason: str = "finished") -> bool:
        """Flushes, says bye with `reason` and disconnects; harmless twice. False: not all reports
        reached the hub within `timeout` seconds (by default close_timeout); they are then in the
        spool or the offline file, if there is one."""
        timeout_s = (self._close_timeout_ms if timeout is None
                     else _values.milliseconds("timeout", timeout)) / 1000
        bye = _values.text("reason", reason)
        deadline = time.monotonic() + timeout_s
        self.flush(timeout_s)  # here Ctrl-C can end the wait
        left_ms = int(max(0.0, deadline - time.monotonic()) * 1000)
        closed = library.fedwatt_worker_close(self._handle, left_ms, bye)
        _open_workers.discard(self)
        self._pass_on_log()
        return bool(closed)

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        self.close(reason=self._reason(kind, error))

    def _reason(self, kind: Optional[Type[BaseException]], error: Optional[BaseException]) -> str:
        if kind is None or (isinstance(error, SystemExit) and not error.code):
            return "stopped" if self._stopped else "finished"
        if issubclass(kind, KeyboardInterrupt):
            return "interrupted"
        return f"failed: {kind.__name__}"

    # ---- inside ----

    def _training_call(self) -> "ContextManager[Any]":
        # The child of a fork may have got the lock while another thread held it; the library does
        # nothing there.
        if os.getpid() != self._process:
            return nullcontext()
        return self._training

    def _pass_on_log(self) -> None:
        """What the library's thread had to say since the last call."""
        _pass_on_log(self._handle)

    def __repr__(self) -> str:
        return f"<fedwatt.Worker {self._about}>"

    def __reduce__(self) -> Any:
        raise TypeError("a fedwatt.Worker belongs to its process and cannot be pickled or copied; "
                        "make one in each process")


def _pass_on_log(handle: ctypes.c_void_p) -> None:
    line = ctypes.create_string_buffer(4096)
    while library.fedwatt_worker_next_log_line(handle, line, ctypes.sizeof(line)):
        text = line.value.decode(errors="replace")
        # All else that the library says is something to know: a hub that is away, a value left out.
        level = logging.INFO if text.startswith("connected ") else logging.WARNING
        logger.log(level, "%s", text)


def _free(handle: ctypes.c_void_p, close_timeout_ms: int) -> None:
    library.fedwatt_worker_close(handle, close_timeout_ms, _NOT_CLOSED)  # harmless after close()
    _pass_on_log(handle)
    library.fedwatt_worker_free(handle)


_open_workers: "weakref.WeakSet[Worker]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for worker in list(_open_workers):
        worker.close(reason=_NOT_CLOSED.decode())
