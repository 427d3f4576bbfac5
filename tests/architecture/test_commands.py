"""What `make` runs by hand, and no test runs, at least loads: a name that moved is noticed here."""

import importlib
import pkgutil

import pytest
from tests.journeys import sheet

import bench

BY_HAND = [
    f"{folder.__name__}.{one.name}" for folder in (bench, sheet) for one in pkgutil.iter_modules(folder.__path__)
]


@pytest.mark.parametrize("module", [one for one in BY_HAND if not one.endswith("__main__")])
def test_it_loads(module):
    assert importlib.import_module(module)
