"""A survey form as data, and whether answers fit it, pure. `xlsform.read` makes the data; a page, a paper and the measure read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop as N_

from peyvand.kernel.jalali import parse_date
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.text import latin_digits
from peyvand.programmes.visits.expressions import holds, references

# The question types that the page on the phone and the paper can show; every other one is refused when a form is uploaded.
ASKED = ("integer", "decimal", "text", "date", "select_one", "select_multiple")
SHOWN = (*ASKED, "note")
LONGEST_TEXT = 300
MOST = 10**9


class Unfit(Refusal):
    code = "visit_survey_unfit"
    message = "The answer to “{question}” cannot be kept: {reason}"


@dataclass(frozen=True)
class Definition:
    """`data` as `xlsform.read` gives it: title, questions, passed_over, indicators, cutoff, people."""

    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def questions(self) -> list[dict[str, Any]]:
        return list(self.data["questions"])

    @property
    def people(self) -> str:
        """The question that says how many people live in the household; empty where none does."""
        return str(self.data["people"])

    @property
    def cutoff(self) -> float:
        return float(self.data["cutoff"])

    @property
    def indicators(self) -> list[dict[str, Any]]:
        return list(self.data["indicators"])

    @property
    def passed_over(self) -> list[dict[str, Any]]:
        """What the form held besides and the site does without: sheet, row (0: a whole column) and what it was."""
        return list(self.data.get("passed_over", ()))

    @property
    def weights(self) -> list[float]:
        """Of the indicators, summing to 1 whatever units they were given in."""
        total = sum(one["weight"] for one in self.indicators)
        return [one["weight"] / total for one in self.indicators]

    def label(self, name: str, language: str = "fa") -> str:
        return next((in_language(one["labels"], language) for one in self.questions if one["name"] == name), name)


def in_language(labels: Mapping[str, str], language: str) -> str:
    """The words in a language; those without a language, or any there are, where it has none."""
    return labels.get(language) or labels.get("") or next(iter(labels.values()), "")


def fit(definition: Definition, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers by question, typed; those to questions that are not asked (`relevant`) are left out.

    Raises `Unfit` naming the question on an answer of another type, a choice that there is not, a missing required
    answer, a broken constraint, or an answer to no question.
    """
    names = {one["name"] for one in definition.questions if one["type"] in ASKED}
    for name in given:
        if name not in names:
            raise Unfit(question=str(name)[:60], reason=N_("the form asks no such question"))
    answers: dict[str, Any] = {}
    for question in definition.questions:
        if question["type"] not in ASKED or not all(holds(node, answers) for node in question["relevant"]):
            continue
        answer = _typed(question, given.get(question["name"]))
        if answer is None:
            if question["required"]:
                raise Unfit(question=in_language(question["labels"], "fa"), reason=N_("it has to be answered"))
            continue
        if not holds(question["constraint"], answers, answer):
            reason = in_language(question["message"], "fa") or N_("it does not meet the condition of the form")
            raise Unfit(question=in_language(question["labels"], "fa"), reason=reason)
        answers[question["name"]] = answer
    return answers


def _typed(question: Mapping[str, Any], given: Any) -> Any:
    texts = given if isinstance(given, list) else [given]
    said = [str(one).strip() for one in texts if one is not None and str(one).strip()]
    if not said:
        return None
    kind, names = question["type"], [one["name"] for one in question["choices"]]
    if kind in ("select_one", "select_multiple"):
        if any(one not in names for one in said) or (kind == "select_one" and len(said) > 1):
            raise Unfit(question=in_language(question["labels"], "fa"), reason=N_("this is not one of its choices"))
        return said[0] if kind == "select_one" else [one for one in names if one in said]
    try:
        return _plain(kind, said[0])
    except ValueError:
        reason = N_("it is not a number") if kind != "date" else N_("it is not a day")
        raise Unfit(question=in_language(question["labels"], "fa"), reason=reason) from None


def _plain(kind: str, text: str) -> int | float | str:
    if kind == "text":
        return text[:LONGEST_TEXT]
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return parse_date(text).isoformat()
    number = float(latin_digits(text).replace("٫", "."))
    if not -MOST <= number <= MOST or (kind == "integer" and number != int(number)):
        raise ValueError(text)
    return int(number) if kind == "integer" else number


def deprived_in(definition: Definition, answers: Mapping[str, Any]) -> list[bool]:
    """For each indicator whether the household is deprived in it; empty where the measure must do without this household.

    A question that was asked and not answered is no "no": a household that left one out on which an indicator rests is not
    measured. One that was not asked (`relevant`) is settled by that.
    """
    open_ones = {
        one["name"]
        for one in definition.questions
        if one["type"] in ASKED and one["name"] not in answers and all(holds(node, answers) for node in one["relevant"])
    }
    rests_on = {name for one in definition.indicators for name in references(one["when"])}
    if open_ones & rests_on:
        return []
    return [holds(one["when"], answers) for one in definition.indicators]
