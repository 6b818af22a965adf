import os
import pathlib

import pytest


@pytest.fixture(scope="session")
def hub_program():
    return pathlib.Path(os.environ["FEDWATT_BUILD"]) / "bin/fedwatt-hub"
