"""Where the settings come from: an argument, else Flower's configuration, else the environment."""

import importlib
import os
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence, Union

Config = Mapping[str, Any]


class Settings(NamedTuple):
    """What was set; None or "" for what was not."""

    hub: Optional[str]
    run: Optional[str]
    region: str
    pue: Optional[float]
    policies: Sequence[str]
    offline_folder: Path
    token: str = ""  # "": FEDWATT_TOKEN, which is the library's to read

    def spool_dir(self, flower_run_id: Optional[int]) -> Path:
        """For what the hub has not taken yet of the workers of this Flower run. OSError: there is
        no place for it."""
        folder = self.offline_folder / str(flower_run_id or os.getpid())
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class Given(NamedTuple):
    """What the app's author gave as arguments."""

    hub: Optional[str] = None
    run: Optional[str] = None
    region: Optional[str] = None
    pue: Optional[float] = None
    policies: Union[str, Sequence[str], None] = None
    # Not from Flower's configuration: every node of a run is sent that.
    token: str = ""


def settings(given: Given, *configs: Config) -> Settings:
    """`configs` are Flower's, the more special one first: a node's, then the run's."""

    def find(name: str, argument: Any = None) -> Any:
        key = f"fedwatt-{name}"
        environment = key.upper().replace("-", "_")
        places = [argument, *(config.get(key) for config in configs), os.environ.get(environment)]
        # Flower lets a run set what pyproject.toml has, so "" stands there for what is not set.
        return next((value for value in places if value not in (None, "")), None)

    pue = find("pue", given.pue)
    policies = find("policies", given.policies) or ()
    folder = find("offline-folder")
    return Settings(find("hub", given.hub), find("run", given.run),
                    find("region", given.region) or "", None if pue is None else float(pue),
                    [policies] if isinstance(policies, str) else policies,
                    Path(folder) if folder else _default_offline_folder(), given.token)


def _default_offline_folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "fedwatt" / "flower"


def flower() -> Any:
    """The module flwr; ImportError if there is none that can be used."""
    try:
        found = importlib.import_module("flwr")
        version = tuple(int(part) for part in found.__version__.split(".")[:2])
    except ImportError as error:
        raise ImportError("fedwatt.flower needs Flower, and there is no module flwr here: "
                          "pip install flwr") from error
    if version < (1, 13):
        raise ImportError(f"fedwatt.flower needs Flower 1.13 or later, and this is "
                          f"{found.__version__}: pip install --upgrade flwr")
    return found
