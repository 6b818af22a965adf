"""Reading Flower's records, which have had other names in other versions."""

import importlib
from typing import Any, Dict, Mapping, NamedTuple, Optional

from . import _order

# What people call these two, most telling first; "-" and "_" are the same here.
_ACCURACY = ("accuracy", "acc", "eval_accuracy", "eval_acc", "val_accuracy", "val_acc",
             "test_accuracy", "test_acc")
_LOSS = ("loss", "eval_loss", "val_loss", "test_loss")


class Figures(NamedTuple):
    """A message's results in Fedwatt's words."""

    accuracy: Optional[float]
    loss: Optional[float]
    num_examples: Optional[int]
    metrics: Dict[str, float]  # all others


def configs(content: Any) -> Any:
    """The config records of a RecordDict; before Flower 1.17 it was a RecordSet."""
    return content.config_records if hasattr(content, "config_records") else content.configs_records


def _metrics(content: Any) -> Any:
    return content.metric_records if hasattr(content, "metric_records") else content.metrics_records


def _arrays(content: Any) -> Any:
    return (content.array_records if hasattr(content, "array_records")
            else content.parameters_records)


def config_record(values: Dict[str, Any]) -> Any:
    common = importlib.import_module("flwr.common")
    kind = common.ConfigRecord if hasattr(common, "ConfigRecord") else common.ConfigsRecord
    return kind(values)


def size(content: Any) -> int:
    """Bytes of all records, as they are serialized."""
    groups = (_arrays(content), _metrics(content), configs(content))
    return sum(record.count_bytes() for group in groups for record in group.values())


def take_order(content: Any) -> Optional[_order.Order]:
    """Takes out what the server's line put in, so that the app sees its own records only."""
    records = configs(content)
    if _order.KEY in records:
        return _order.read(records.pop(_order.KEY).get("order"))
    for record in records.values():  # fitins.config, evaluateins.config
        if _order.KEY in record:
            return _order.read(record.pop(_order.KEY))
    return None


def round_of(message: Any) -> Optional[int]:
    """A message's round, where only Flower tells it."""
    for record in configs(message.content).values():
        for key in ("server-round", "server_round", "current_round"):
            if isinstance(record.get(key), int):
                return int(record[key])
    group = message.metadata.group_id
    return int(group) if str(group).isdigit() else None


def figures_of(content: Any) -> Figures:
    """What a reply says about its client."""
    found: Dict[str, Any] = {}
    for name, record in configs(content).items():
        if name.endswith("res.metrics"):  # NumPyClient's
            found.update(record)
    for record in _metrics(content).values():
        found.update(record)
    return figures_in(found)


def figures_in(found: Mapping[str, Any]) -> Figures:
    """Sorts named values; what is not a number is no metric."""
    numbers = {name: value for name, value in found.items()
               if isinstance(value, (int, float)) and not isinstance(value, bool)}
    names = {name.replace("-", "_").lower(): name for name in numbers}

    def take(*candidates: str) -> Optional[Any]:
        name = next((names[each] for each in candidates if each in names), None)
        return None if name is None else numbers.pop(name)

    return Figures(take(*_ACCURACY), take(*_LOSS), take("num_examples"), numbers)
