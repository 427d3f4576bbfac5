"""`peyvand programme`: on, off and where."""

import pytest

pytestmark = pytest.mark.slow


def test_a_programme_is_switched_on_listed_and_switched_off(migrated, shared, peyvand):
    def told(*words: str, status: int = 0) -> str:
        process = peyvand(*words)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == status, output
        return output

    told("places", "load")
    assert "never switched on" in told("programme", "list")
    words = ("programme", "on", "micro_projects", "--place", "مازندران")
    assert "مازندران (ir/02/), since 1 Azar 1405" in told(*words, "--since", "1405/9/1")
    told(*words)
    listed = told("programme", "list")
    assert listed.count("on: مازندران") == 1
    assert "several are called «ساری»" in told("programme", "on", "micro_projects", "--place", "ساری", status=1)
    assert "nothing is called «هیچ»" in told("programme", "on", "micro_projects", "--organisation", "هیچ", status=1)
    assert "no programme “other”" in told("programme", "off", "other", "--place", "ir/02/", status=1)
    assert "not switched on there" in told("programme", "off", "micro_projects", "--place", "ir/27/", status=1)
    told("programme", "off", "micro_projects", "--place", "ir/02/")
    assert "off: مازندران (ir/02/)" in told("programme", "list")
    assert "is not acceptable" in told("programme", "on", "micro_projects", status=1)
