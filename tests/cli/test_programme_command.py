"""`peyvand programme`: on, off and where."""

import pytest

pytestmark = pytest.mark.slow
ON, OFF, HERE = ("programme", "on", "micro_projects"), ("programme", "off", "micro_projects"), ("--place", "مازندران")
COMMANDS = (
    (("places", "load"), 0, ""),
    (("programme", "list"), 0, "never switched on"),
    ((*ON, *HERE, "--since", "1405/9/1"), 0, "مازندران (ir/02/), since 1 Azar 1405"),
    ((*ON, *HERE), 0, ""),
    (("programme", "list"), 0, "on: مازندران"),
    ((*ON, "--place", "ساری"), 1, "several are called «ساری»"),
    ((*ON, "--organisation", "هیچ"), 1, "nothing is called «هیچ»"),
    (("programme", "off", "other", "--place", "ir/02/"), 1, "no programme “other”"),
    ((*OFF, "--place", "ir/27/"), 1, "not switched on there"),
    ((*OFF, "--place", "ir/02/"), 0, ""),
    (("programme", "list"), 0, "off: مازندران (ir/02/)"),
    (ON, 1, "is not acceptable"),
)


def test_a_programme_is_switched_on_listed_and_switched_off(migrated, shared, in_one_process):
    answers = in_one_process(*(words for words, _, _ in COMMANDS))
    for (words, status, sentence), (ended, said) in zip(COMMANDS, answers, strict=True):
        assert ended == status, (words, said)
        assert sentence in said, words
    assert answers[4][1].count("on: مازندران") == 1
