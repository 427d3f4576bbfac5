"""The Persian catalogue is complete, and the check sees every way in which one can be incomplete."""

from pathlib import Path

import pytest

from peyvand.web import catalogue
from peyvand.web.build import copy_vendor


@pytest.mark.parametrize("root", catalogue.roots(), ids=lambda root: root.name)
def test_every_message_has_its_persian_words(root):
    assert catalogue.faults(root) == []


def test_no_two_catalogues_say_one_id_differently():
    assert catalogue.told_twice() == []


def test_ids_are_read_from_calls_refusals_and_templates(tmp_path):
    python = tmp_path / "a.py"
    python.write_text(
        'class Late(Refusal):\n    message: ClassVar[str] = "Too late."\n'
        'class Early(Refusal):\n    message = "Too early."\nx = _("Open"), ngettext("a day", "%(n)s days", n)\n'
    )
    template = tmp_path / "b.html"
    template.write_text(
        "{% load i18n %}\n  <p>{% translate 'Hello' %}</p>\n{% if x %}\n{% blocktranslate count n=n trimmed %}\n one\n"
        "{% plural %}\n {{ n }} many\n{% endblocktranslate %}{% endif %}\n"
        "{{ _('In a variable') }} {% translate 'May' context 'month' as may %}"
    )
    in_python, in_template = (set(catalogue.messages_in(path)) for path in (python, template))
    plural = (("one", "%(n)s many"), None)
    assert in_python == {("Too late.", None), ("Too early.", None), ("Open", None), (("a day", "%(n)s days"), None)}
    assert in_template == {("Hello", None), plural, ("In a variable", None), ("May", "month")}


@pytest.fixture
def programme(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "PACKAGE", tmp_path)
    monkeypatch.setattr("peyvand.programmes.__path__", [str(tmp_path / "programmes")])
    root = tmp_path / "programmes" / "sample"
    root.mkdir(parents=True)
    (root / "programme.py").write_text('title = _("A %(n)s"), _("B")\n')
    catalogue.po_path(root).parent.mkdir(parents=True)
    return root


def write(root: Path, text: str) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    catalogue.po_path(root).write_text(header + text, encoding="utf-8")


GOOD = 'msgid "A %(n)s"\nmsgstr "الف %(n)s"\n\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD, "'B' missing"),
        (GOOD + 'msgid "B"\nmsgstr ""\n', "'B' untranslated"),
        (GOOD + '#, fuzzy\nmsgid "B"\nmsgstr "ب"\n', "'B' fuzzy"),
        (GOOD + 'msgid "B"\nmsgstr "ب"\n\nmsgid "C"\nmsgstr "پ"\n', "'C' is no longer used"),
        (GOOD + 'msgid "B"\nmsgstr "ب"\n\n#~ msgid "C"\n#~ msgstr "پ"\n', "'C' is no longer used"),
        (GOOD.replace("الف %(n)s", "الف") + 'msgid "B"\nmsgstr "ب"\n', "'A %(n)s' its {places} differ"),
    ],
)
def test_each_fault_is_named(programme, text, fault):
    write(programme, text)
    assert len(catalogue.faults(programme)) == 1
    assert fault in catalogue.faults(programme)[0]


def test_an_id_said_in_two_ways_is_named_with_both_catalogues(programme, tmp_path):
    write(programme, GOOD)
    catalogue.po_path(tmp_path).parent.mkdir(parents=True)
    write(tmp_path, GOOD.replace("الف", "ب"))
    assert catalogue.told_twice() == [f"'A %(n)s' is said differently in {tmp_path.name} and sample (use another id)"]
    write(tmp_path, GOOD)
    assert catalogue.told_twice() == []


def test_a_programme_has_a_catalogue_of_its_own_that_keeps_its_words(programme):
    write(programme, GOOD + 'msgid "C"\nmsgstr "پ"\n')
    assert programme in catalogue.roots()
    catalogue.update(programme)
    text = catalogue.po_path(programme).read_text(encoding="utf-8")
    assert "الف %(n)s" in text
    assert 'msgid "C"' not in text
    assert "Date" not in text, "a date would change the file at every run"


def test_the_build_names_what_is_not_installed(tmp_path):
    with pytest.raises(FileNotFoundError, match="npm ci"):
        copy_vendor(tmp_path)
