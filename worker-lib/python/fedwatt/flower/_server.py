"""The server app's line: goes between a strategy and the Flower server that drives it.

The strategy stays the object it was, of the class it was: only the methods that Flower calls each
round are replaced on this one object. So strategies that wrap others, have a `start` of their own
or are asked for their attributes work as before.
"""

import functools
import inspect
from typing import Any, Callable, List, Optional, Sequence, Tuple, TypeVar

from . import _records, _settings
from ._coordinator import Coordinator
from ._order import KEY

Strategy = TypeVar("Strategy")


def watch(strategy: Strategy, context: Any = None, *, hub: Optional[str] = None,
          run: Optional[str] = None, region: Optional[str] = None, pue: Optional[float] = None,
          total_rounds: Optional[int] = None, policies: Sequence[str] = (),
          token: str = "") -> Strategy:
    """Returns `strategy`, which from now on tells Fedwatt of its rounds, and waits or ends between
    them when an operator says so. A stop passes over the rounds that are left: `start` returns, or
    the legacy server ends, with what was trained until then.

    context       the server app's; its run_config may hold what is not given here:
    hub           `fedwatt-hub`, or FEDWATT_HUB; by default ws://127.0.0.1:3000
    run           `fedwatt-run`, or FEDWATT_RUN; by default the Flower app's name
    region, pue   of the server: `fedwatt-region`, `fedwatt-pue`, FEDWATT_REGION, FEDWATT_PUE
    policies      like `fedwatt.Worker`'s; or all in one text, `fedwatt-policies`, FEDWATT_POLICIES
    token         for a hub that wants one; by default FEDWATT_TOKEN. Make it with --coordinator
    total_rounds  by default what `start` is given, or `num-server-rounds`

    Connects when the first round begins; only then may ValueError say that these cannot work.
    Raises TypeError if `strategy` is no Flower strategy, and ImportError if there is no Flower or
    one too old.
    """
    flwr = _settings.flower()
    given = _settings.Given(hub, run, region, pue, policies or None, token)
    run_config = getattr(context, "run_config", {})
    coordinator = Coordinator(_settings.settings(given, run_config), f"flower {flwr.__version__}",
                              getattr(context, "run_id", None))
    coordinator.total_rounds = total_rounds or run_config.get("num-server-rounds")
    if hasattr(strategy, "configure_train"):
        _watch_messages(strategy, coordinator)
    elif hasattr(strategy, "configure_fit"):
        _watch_legacy(strategy, coordinator)
    else:
        raise TypeError(f"fedwatt.flower.watch takes a Flower strategy, not a "
                        f"{type(strategy).__name__}")
    return strategy


def _replace(strategy: Any, name: str, make: Callable[..., Callable[..., Any]]) -> None:
    """Puts what `make` makes of the method `name` in its place; both are called alike."""
    original = getattr(strategy, name)
    setattr(strategy, name, functools.wraps(original)(make(original)))


# ---- flwr.serverapp.strategy ---------------------------------------------------------------------


def _watch_messages(strategy: Any, coordinator: Coordinator) -> None:
    centrally_evaluated = False

    def start(original: Callable[..., Any]) -> Callable[..., Any]:
        def started(*arguments: Any, **named: Any) -> Any:
            nonlocal centrally_evaluated
            call = inspect.signature(original).bind(*arguments, **named)
            call.apply_defaults()
            given = call.arguments
            coordinator.total_rounds = given.get("num_rounds", coordinator.total_rounds)
            coordinator.app = _app_name(given.get("grid")) or coordinator.app
            if given.get("evaluate_fn"):
                centrally_evaluated = True
                given["evaluate_fn"] = _watched_evaluation(given["evaluate_fn"], coordinator)
            try:
                result = original(*call.args, **call.kwargs)
            except BaseException as error:
                coordinator.fail(error)
                raise
            coordinator.close()
            return result
        return started

    def configure(original: Callable[..., Any], begins: bool) -> Callable[..., Any]:
        def configured(server_round: int, *arguments: Any, **named: Any) -> Any:
            if begins:
                coordinator.begin(server_round)
            if coordinator.stopped:
                return []
            messages = list(original(server_round, *arguments, **named))
            if begins:
                coordinator.plan(each.metadata.dst_node_id for each in messages)
            record = _records.config_record({"order": coordinator.order()})
            for each in messages:
                each.content[KEY] = record
            coordinator.measure("communicate")
            return messages
        return configured

    def aggregate(original: Callable[..., Any], phase: str, nothing: Any,
                  ends: bool) -> Callable[..., Any]:
        def aggregated(server_round: int, replies: Any) -> Any:
            if coordinator.stopped:
                return nothing
            coordinator.measure(phase)
            result = original(server_round, replies)
            coordinator.rest()
            if ends and not centrally_evaluated:
                coordinator.end()
            return result
        return aggregated

    _replace(strategy, "start", start)
    _replace(strategy, "configure_train", lambda original: configure(original, True))
    _replace(strategy, "aggregate_train",
             lambda original: aggregate(original, "fit", (None, None), False))
    _replace(strategy, "configure_evaluate", lambda original: configure(original, False))
    _replace(strategy, "aggregate_evaluate",
             lambda original: aggregate(original, "evaluate", None, True))


def _watched_evaluation(evaluate: Callable[..., Any],
                        coordinator: Coordinator) -> Callable[..., Any]:
    """Of the global model, which ends a round; before the first one it is a round 0."""
    def evaluated(server_round: int, *arguments: Any, **named: Any) -> Any:
        if server_round == 0:
            coordinator.begin(0)
        if coordinator.stopped:
            return None
        coordinator.measure("evaluate")
        metrics = evaluate(server_round, *arguments, **named)
        coordinator.rest()
        coordinator.note(metrics)
        coordinator.end()
        return metrics
    return evaluated


def _app_name(grid: Any) -> str:
    """digits of "publisher/digits"; "" where Flower does not tell."""
    fab_id = getattr(getattr(grid, "run", None), "fab_id", None) or ""
    return str(fab_id).rpartition("/")[2]


# ---- flwr.server.strategy ------------------------------------------------------------------------


def _watch_legacy(strategy: Any, coordinator: Coordinator) -> None:
    def configure(original: Callable[..., Any], begins: bool) -> Callable[..., Any]:
        def configured(server_round: int, *arguments: Any, **named: Any) -> Any:
            if begins:
                coordinator.begin(server_round)
            if coordinator.stopped:
                return []
            selected: List[Tuple[Any, Any]] = original(server_round, *arguments, **named)
            if begins:
                coordinator.plan(_node_id(client) for client, _ in selected)
            for _, instructions in selected:
                instructions.config = {**instructions.config, KEY: coordinator.order()}
            coordinator.measure("communicate")
            if not begins and not selected:
                coordinator.end()  # no evaluation by clients: aggregate_evaluate is not called
            return selected
        return configured

    def aggregate(original: Callable[..., Any], phase: str, ends: bool) -> Callable[..., Any]:
        def aggregated(*arguments: Any, **named: Any) -> Any:
            coordinator.measure(phase)
            result = original(*arguments, **named)
            coordinator.rest()
            if ends:
                coordinator.end()
            return result
        return aggregated

    def evaluate(original: Callable[..., Any]) -> Callable[..., Any]:
        def evaluated(server_round: int, *arguments: Any, **named: Any) -> Any:
            if coordinator.stopped:
                return None
            coordinator.measure("evaluate")
            result = original(server_round, *arguments, **named)
            coordinator.rest()
            if result is not None:
                if server_round == 0:
                    coordinator.begin(0)
                loss, metrics = result
                coordinator.note({"loss": loss, **metrics})
            return result
        return evaluated

    _replace(strategy, "configure_fit", lambda original: configure(original, True))
    _replace(strategy, "aggregate_fit", lambda original: aggregate(original, "fit", False))
    _replace(strategy, "evaluate", evaluate)
    _replace(strategy, "configure_evaluate", lambda original: configure(original, False))
    _replace(strategy, "aggregate_evaluate", lambda original: aggregate(original, "evaluate", True))


def _node_id(client: Any) -> int:
    return int(getattr(client, "node_id", client.cid))
