"""Fedwatt's worker library: what a federated training costs while it runs, told to a Fedwatt hub.

    with fedwatt.Worker("ws://localhost:3000", run="digits", worker="hospital-3",
                        total_rounds=20) as w:
        for r in w.rounds(20):                       # waits while paused, ends when stopped
            with w.phase("fit"):      model.fit(...)
            with w.phase("evaluate"): acc, loss = evaluate(model)
            w.report(accuracy=acc, loss=loss, num_examples=n)

Names and behaviour are those of the C++ library; a duration is in seconds.
"""

from ._library import version as _version
from .worker import Next, Phase, Stats, Worker

__all__ = ["Next", "Phase", "Stats", "Worker", "__version__"]

__version__ = _version()
