"""Commands over a database without tables, or without a database: a sentence, no traceback, and no key added."""

from pathlib import Path

import pytest

from peyvand.server import folders

COMMANDS = (
    ("keys", "rotate", "column"),
    ("keys", "renew"),
    ("places", "load"),
    ("resources", "load"),
    ("verify",),
    ("seal",),
)


def ended(process):
    said = process.communicate(timeout=240)[0]
    return process.returncode, said


@pytest.mark.slow
def test_a_database_without_tables_is_told_in_a_sentence(in_one_process, shared, data: Path):
    for words, (status, said) in zip(COMMANDS, in_one_process(*COMMANDS), strict=True):
        assert status == 1, words
        assert "Traceback" not in said, said
        assert "Run `peyvand migrate` first; nothing was changed." in said
    keys = folders.keys_folder({"PEYVAND_DATA": str(data)}) / "column.json"
    assert "k2-" not in keys.read_text()


@pytest.mark.parametrize("words", [COMMANDS[0], COMMANDS[4]])
def test_a_server_that_does_not_answer_is_told_in_a_sentence(peyvand, words):
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    status, said = ended(peyvand(*words, DATABASE_URL=nowhere, DATABASE_OWNER_URL=nowhere))
    assert status == 1
    assert "Traceback" not in said, said
