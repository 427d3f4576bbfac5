"""No two packages import each other, and programmes are independent."""

from itertools import combinations

import grimp
import pytest


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("peyvand")


def _packages(graph):
    top = set(graph.find_children("peyvand"))
    parts = {part for package in ("flow", "programmes") for part in graph.find_children(f"peyvand.{package}")}
    return (top - {"peyvand.flow", "peyvand.programmes"}) | parts


def test_no_two_packages_import_each_other(graph):
    packages = sorted(_packages(graph))
    assert "peyvand.extend" in packages
    assert "peyvand.programmes.micro_projects" in packages
    mutual = [
        (one, other)
        for one, other in combinations(packages, 2)
        if graph.direct_import_exists(importer=one, imported=other, as_packages=True)
        and graph.direct_import_exists(importer=other, imported=one, as_packages=True)
    ]
    assert mutual == []


def test_the_core_never_names_a_programme(graph):
    core = [name for name in graph.find_children("peyvand") if name != "peyvand.programmes"]
    naming = [
        name
        for name in core
        if graph.direct_import_exists(importer=name, imported="peyvand.programmes", as_packages=True)
    ]
    assert naming == []


def test_programmes_do_not_import_each_other(graph):
    programmes = sorted(graph.find_children("peyvand.programmes"))
    for one in programmes:
        for other in programmes:
            if one != other:
                assert not graph.direct_import_exists(importer=one, imported=other, as_packages=True)
