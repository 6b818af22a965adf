"""One hub for all cases: what one peer does must not matter to the next."""

import pytest

from driver import PATHS  # noqa: F401: finds the end-to-end tests' modules
from hub import Hub


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("conformance")
    hub = Hub(f"sqlite:{folder}/hub.db", folder / "hub.log", ["--peer-handshake", "1"]).start()
    yield hub
    hub.dispose()
