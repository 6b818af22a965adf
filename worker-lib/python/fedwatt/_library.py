"""libfedwatt through ctypes: <fedwatt/fedwatt.h> in Python's words, and nothing more.

Every call gives up the GIL while it runs, and none calls back into Python.
"""

import ctypes
import os
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from typing import Optional, Union

ABI_VERSION = 1

GO_ON, STOP, STILL_PAUSED = 0, 1, 2
ROLES = {"worker": 0, "coordinator": 1}
PHASES = {"init": 0, "fit": 1, "evaluate": 2, "idle": 3, "communicate": 4}
GOALS = {"max": 0, "min": 1}
MEASURES = {"process": 0, "machine": 1, "nothing": 2}


class Options(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("hub", c_char_p),
        ("run", c_char_p),
        ("worker", c_char_p),
        ("role", c_int32),
        ("measure", c_int32),
        ("total_rounds", c_int64),
        ("region", c_char_p),
        ("pue", c_double),
        ("framework", c_char_p),
        ("target_metric", c_char_p),
        ("target_goal", c_int32),
        ("keep_log", c_int32),
        ("offline_file", c_char_p),
        ("queue_capacity", c_uint64),
        ("queue_bytes", c_uint64),
        ("close_timeout_ms", c_int64),
        ("log", c_void_p),
        ("log_context", c_void_p),
        ("spool_dir", c_char_p),
        ("policies", c_char_p),
        ("ca_file", c_char_p),
        ("client_certificate", c_char_p),
        ("client_key", c_char_p),
        ("token", c_char_p),
    ]


class Energy(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("cpu_j", POINTER(c_double)),
        ("gpu_j", POINTER(c_double)),
        ("ram_j", POINTER(c_double)),
        ("machine_j", POINTER(c_double)),
    ]


class Result(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("accuracy", POINTER(c_double)),
        ("loss", POINTER(c_double)),
        ("num_examples", POINTER(c_int64)),
        ("metric_names", POINTER(c_char_p)),
        ("metric_values", POINTER(c_double)),
        ("metric_count", c_size_t),
        ("bytes_sent", POINTER(c_int64)),
        ("bytes_received", POINTER(c_int64)),
    ]


class Stats(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("connected", c_int32),
        ("reports_made", c_uint64),
        ("reports_acknowledged", c_uint64),
        ("reports_waiting", c_uint64),
        ("reports_dropped", c_uint64),
        ("reports_rejected", c_uint64),
        ("reports_offline", c_uint64),
        ("values_left_out", c_uint64),
        ("reports_folded", c_uint64),
        ("reports_spooled", c_uint64),
        ("spool_failures", c_uint64),
    ]


# What each function of the library returns and takes.
_SIGNATURES = {
    "fedwatt_version": (c_char_p, []),
    "fedwatt_options_init": (None, [POINTER(Options), c_size_t]),
    "fedwatt_worker_open": (c_void_p, [POINTER(Options), c_char_p, c_size_t]),
    "fedwatt_worker_checkpoint_for": (c_int32, [c_void_p, c_int64, c_int64]),
    "fedwatt_worker_ordered": (c_int32, [c_void_p]),
    "fedwatt_worker_begin_phase": (c_uint64, [c_void_p, c_int32]),
    "fedwatt_worker_end_phase": (None, [c_void_p, c_uint64]),
    "fedwatt_worker_add_energy": (None, [c_void_p, POINTER(Energy), c_char_p]),
    "fedwatt_worker_report": (None, [c_void_p, POINTER(Result)]),
    "fedwatt_worker_plan_round": (None, [c_void_p, c_int64, POINTER(c_char_p), c_size_t]),
    "fedwatt_worker_get_stats": (None, [c_void_p, POINTER(Stats)]),
    "fedwatt_worker_flush": (c_int32, [c_void_p, c_int64]),
    "fedwatt_worker_close": (c_int32, [c_void_p, c_int64, c_char_p]),
    "fedwatt_worker_next_log_line": (c_size_t, [c_void_p, c_char_p, c_size_t]),
    "fedwatt_worker_free": (None, [c_void_p]),
}


def _load() -> ctypes.CDLL:
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libfedwatt.so")
    path = os.environ.get("FEDWATT_LIBRARY") or own
    try:
        loaded = ctypes.CDLL(path)
        loaded.fedwatt_abi_version.restype = c_int32
        abi_version = loaded.fedwatt_abi_version()
    except (OSError, AttributeError) as error:
        raise ImportError(
            f"fedwatt cannot use its library {path} ({error}): install the wheel that the target "
            "fedwatt_wheel builds, or set FEDWATT_LIBRARY to a libfedwatt.so") from error
    if abi_version != ABI_VERSION:
        raise ImportError(
            f"fedwatt needs a libfedwatt with ABI version {ABI_VERSION} and {path} has "
            f"{abi_version}: install package and library of the same release")
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(loaded, name)
        function.restype = result
        function.argtypes = arguments
    return loaded


library = _load()


def c_double_or_null(value: Optional[float]) -> "Optional[ctypes._Pointer[c_double]]":
    return None if value is None else ctypes.pointer(c_double(value))


def c_int64_or_null(value: Optional[int]) -> "Optional[ctypes._Pointer[c_int64]]":
    return None if value is None else ctypes.pointer(c_int64(value))


def version() -> str:
    text: bytes = library.fedwatt_version()
    return text.decode()


def encode(text: Union[str, bytes]) -> bytes:
    """UTF-8 without a zero byte, as the library takes it; ValueError if `text` cannot be that."""
    encoded = text if isinstance(text, bytes) else text.encode()
    if b"\0" in encoded:
        raise ValueError("a text holds a zero byte")
    return encoded
