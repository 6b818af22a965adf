"""Turns what a program hands in into what the library takes.

Two rules: what describes a worker must be right, or construction raises; what a round brought never
raises, and is left out where it cannot be used.
"""

import logging
import math
import operator
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

from ._library import encode

_INT64 = range(-(2**63), 2**63)
LONGEST_TIMEOUT_MS = 365 * 24 * 3600 * 1000


def text(name: str, value: Any) -> bytes:
    """An option's text for the library."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    try:
        return encode(value)
    except ValueError:
        raise ValueError(f"{name} holds a zero byte or half a surrogate pair: {value!r}") from None


def secret(name: str, value: Any) -> bytes:
    """The same for a text that no error may quote."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    try:
        return encode(value)
    except ValueError:
        raise ValueError(f"{name} cannot be used: it is no text") from None


def choice(name: str, value: Any, choices: Mapping[str, int]) -> int:
    """The library's number for one of the words in `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")
    return choices[value]


def target(value: Any) -> Tuple[Any, Any]:
    """The target's metric and goal, from "auc" or ("auc", "max")."""
    if isinstance(value, str):
        return value, "max"
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f'target must be a metric or a pair like ("auc", "max"), not {value!r}')
    return value[0], value[1]


def policies(value: Any) -> bytes:
    """The policies in one text, from a list of them or a single one."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Iterable) or isinstance(value, (bytes, Mapping)):
        raise TypeError(f"policies must be a list of str, not {value!r}")
    return b" ".join(text("policies", each) for each in value)


def count(name: str, value: Any, least: int) -> int:
    """An option that counts something."""
    try:
        whole = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int, not {type(value).__name__}") from None
    if whole < least or whole not in _INT64:
        raise ValueError(f"{name} must be at least {least}, not {whole}")
    return whole


def milliseconds(name: str, seconds: Any) -> int:
    """A timeout that was given in seconds; infinity is as good as for ever."""
    try:
        given = float(seconds)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number of seconds, not {seconds!r}") from None
    if not given >= 0:
        raise ValueError(f"{name} must be 0 s or longer, not {given} s")
    return int(min(given * 1000, LONGEST_TIMEOUT_MS))


class Lenient:
    """Converts values of a running training; one that is of no use is left out, logged and counted.
    NaN and numbers out of range pass: the library leaves those out itself."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self.left_out = 0

    def leave_out(self, sentence: str) -> None:
        self.left_out += 1
        self._logger.warning("%s", sentence)

    def number(self, name: str, value: Any) -> Optional[float]:
        """A float, also from an int, a numpy scalar or a tensor with one element."""
        if value is None:
            return None
        try:
            if isinstance(value, (str, bytes)):
                raise TypeError
            return float(value)
        except Exception:  # whatever a foreign __float__ raises
            self.leave_out(f"{name} was left out: {_shown(value)} is no number")
            return None

    def whole(self, name: str, value: Any) -> Optional[int]:
        """An int, also from a float without a fraction."""
        if value is None:
            return None
        given = self.number(name, value)
        if given is None:
            return None
        if not math.isfinite(given) or given != math.floor(given):
            self.leave_out(f"{name} was left out: {_shown(value)} is no whole number")
            return None
        whole = value if isinstance(value, int) else int(given)
        if whole not in _INT64:
            self.leave_out(f"{name} was left out: {_shown(value)} is too large")
            return None
        return whole

    def name(self, what: str, value: Any) -> Optional[bytes]:
        """The name of a metric, a worker or a source."""
        try:
            return text(what, value)
        except (TypeError, ValueError) as error:
            self.leave_out(f"{what} was left out: {error}")
            return None

    def names(self, what: str, values: Any) -> List[bytes]:
        return [encoded for encoded in (self.name(what, value)
                                        for value in self._items(what, values)) if encoded]

    def numbers(self, what: str, values: Any) -> Dict[bytes, float]:
        """Named numbers, as in a dict; a None is one that was not measured."""
        if values is None:
            return {}
        if not isinstance(values, Mapping):
            self.leave_out(f"{what} were left out: {_shown(values)} is no dict")
            return {}
        found: Dict[bytes, float] = {}
        for key, value in values.items():
            name = self.name(f"a name in {what}", key)
            number = self.number(f"{what}[{key!r}]", value)
            if name is not None and number is not None:
                found[name] = number
        return found

    def _items(self, what: str, values: Any) -> Iterable[Any]:
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            self.leave_out(f"{what} was left out: {_shown(values)} is no list of names")
            return ()
        return values


def _shown(value: Any) -> str:
    """`value` for a message: short, whatever it is."""
    try:
        shown = repr(value)
    except Exception:
        return f"a {type(value).__name__}"
    return shown if len(shown) <= 60 else shown[:57] + "..."
