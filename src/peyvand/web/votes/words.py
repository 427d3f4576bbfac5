"""The rule and the result of a vote in words: for each option who paid what, or what was missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from peyvand.votes.enums import Completion, Method, Ties, Utility
from peyvand.votes.models import Option, Vote
from peyvand.votes.queries import result_shown
from peyvand.web.charts import Bar, Chart, drawn_bars
from peyvand.web.templatetags.peyvand_format import number, toman_text


@dataclass(frozen=True)
class Line:
    """One option of a counted vote. `why` says how it was chosen, or what was missing; `page` is its address, if it has one.

    `received` and `why` are empty where too few ballots were counted to show them.
    """

    option: Option
    cost: str
    received: str
    chosen: bool
    why: str
    page: str = ""


def spends(vote: Vote) -> bool:
    """Whether options cost money. By equal shares seats are filled too: then the budget is the seats themselves."""
    return bool(vote.budget) and not vote.seats


def money(vote: Vote, amount: Fraction | int) -> str:
    """In toman; of an example from elsewhere in its own currency; of an election in parts of a seat."""
    if not spends(vote):
        return gettext("%(part)s of a seat") % {"part": number(float(amount), 2)}
    whole = round(amount)
    if not vote.currency:
        return toman_text(whole)
    return f"{number(float(Decimal(whole).scaleb(-vote.digits)), vote.digits)} {vote.currency}"


def rule_lines(vote: Vote) -> list[tuple[str, str]]:
    """The rule of a vote as pairs of name and value."""
    lines: list[tuple[str, Any]] = [(gettext("How it is counted"), Method(vote.method).label)]
    if spends(vote):
        lines.append((gettext("Money there is"), money(vote, vote.budget)))
    else:
        lines.append((gettext("How many are chosen"), number(vote.seats)))
    if vote.method == Method.EQUAL_SHARES and not spends(vote):
        lines.append(
            (
                gettext("Whose seats they are"),
                gettext("Every seat is paid for by those who voted for it, in equal shares"),
            )
        )
    elif vote.method == Method.EQUAL_SHARES:
        lines += [
            (gettext("What a project is worth"), Utility(vote.utility).label),
            (gettext("Money that is left"), Completion(vote.completion).label),
            (gettext("Exactness"), gettext("In whole fractions; nothing is rounded before it is shown")),
        ]
        if vote.completion in (Completion.STEP, Completion.STEP_THEN_GREEDY):
            lines.append((gettext("One step"), money(vote, vote.step)))
    if vote.method == Method.GREEDY:
        fits = gettext("The next that still fits is taken") if vote.skip else gettext("The count ends there")
        lines.append((gettext("Where the next no longer fits"), fits))
    if vote.threshold:
        lines.append((gettext("Fewest votes"), number(vote.threshold)))
    lines.append((gettext("Ties"), Ties(vote.ties).label))
    if vote.ties == Ties.LOT and vote.lot:
        said = gettext("{lot}, drawn when the vote opened; first comes the lowest {sum} of lot:number")
        signs = '<bdi dir="ltr">{}</bdi>'
        told = format_html(said, lot=format_html(signs, vote.lot), sum=format_html(signs, "SHA-256"))
        lines.append((gettext("The lot"), told))
    if vote.most_points:
        lines.append((gettext("Points one may give"), number(vote.most_points)))
    most = number(vote.most_choices) if vote.most_choices else gettext("as many as one likes")
    return [*((name, str(value)) for name, value in lines), (gettext("One may choose"), most)]


def result_lines(vote: Vote, options: Sequence[Option], pages: Mapping[int, str]) -> list[Line]:
    """The options in the order in which they were chosen, then the rest by votes. `pages`: the page of an option, by its id."""
    result = result_shown(vote) or {}
    place = {number: row for row, number in enumerate(result["chosen"])}
    if "received" not in result:
        ordered = sorted(options, key=lambda one: (place.get(one.number, len(place)), one.number))
        return [Line(one, _cost(vote, one), "", one.number in place, "", pages.get(one.pk, "")) for one in ordered]
    received = {one.number: result["received"][str(one.number)] for one in options}
    why = _reasons(vote, options, result)
    ordered = sorted(options, key=lambda one: (place.get(one.number, len(place)), -received[one.number], one.number))
    return [
        Line(
            one, _cost(vote, one), number(received[one.number]), one.number in place, why[one.number],
            pages.get(one.pk, ""),
        )
        for one in ordered
    ]  # fmt: skip


def _cost(vote: Vote, option: Option) -> str:
    return money(vote, option.cost) if spends(vote) else ""


def bars(vote: Vote, lines: Sequence[Line]) -> list[Bar]:
    """None of them where too few ballots were counted to show how many each option had."""
    counted = (result_shown(vote) or {}).get("received")
    if counted is None:
        return []
    received = {line.option.number: counted[str(line.option.number)] for line in lines}
    most = max(received.values(), default=0) or 1
    return [
        Bar(
            line.option.title, line.received, 100 * received[line.option.number] / most, "joined" if line.chosen else ""
        )
        for line in lines
    ]


def result_chart(vote: Vote, lines: Sequence[Line]) -> Chart:
    """The bars of a result with their rows, for a file."""
    rows = [(str(line.option.title), line.received, gettext("Yes") if line.chosen else gettext("No")) for line in lines]
    headings = [gettext("Option"), gettext("Votes"), gettext("Chosen")]
    title = gettext("Votes of each option: %(vote)s") % {"vote": vote.title}
    return Chart("result", title, headings, rows, drawn_bars(bars(vote, lines)))


_SIMPLY = {
    Method.EQUAL_SHARES: _(
        "Everyone who votes has an equal share of what there is. What is chosen is what its supporters can pay for together out of"
        " their shares. So a smaller group gets something too, and not the largest alone."
    ),
    Method.GREEDY: _("What has most votes is done first, then the next, as long as the money lasts."),
    Method.APPROVAL: _("Those with most votes are chosen, as many as there are places."),
    Method.RANKING: _(
        "You say who is best, who comes next, and so on. Where your first choice is not needed or cannot win, your vote goes on to the"
        " next, until all places are filled."
    ),
}


def simply(vote: Vote) -> str:
    """The rule as one would say it to a neighbour."""
    return str(_SIMPLY[Method(vote.method)])


def _reasons(vote: Vote, options: Sequence[Option], result: Mapping[str, Any]) -> dict[int, str]:
    if vote.method == Method.EQUAL_SHARES:
        return _shares(vote, options, result)
    if vote.method == Method.GREEDY:
        return _greedy(vote, options, result)
    return _seats(vote, options, result)


def _shares(vote: Vote, options: Sequence[Option], result: Mapping[str, Any]) -> dict[int, str]:
    found = {}
    for one in result["bought"]:
        paid = Fraction(one["per_point"])
        parts = [
            ngettext(
                "Its supporters paid for it: %(n)s person %(each)s.", "Its supporters paid for it: %(n)s people %(each)s each.",
                one["in_full"],
            ) % {"n": number(one["in_full"]), "each": money(vote, paid)}
        ]  # fmt: skip
        if one["the_rest"]:
            parts.append(
                ngettext(
                    "%(n)s who had less left gave the rest of his share, %(sum)s.",
                    "%(n)s who had less left gave the rest of their shares, together %(sum)s.",
                    one["the_rest"],
                ) % {"n": number(one["the_rest"]), "sum": money(vote, Fraction(one["from_the_rest"]))}
            )  # fmt: skip
        found[one["option"]] = " ".join(parts)
    for one in result["missed"]:
        found[one["option"]] = _missing(vote, one)
    for chosen in result["completed"]:
        found[chosen] += " " + gettext("It was taken after that, by votes, from the money that was left.")
    return found


def _missing(vote: Vote, one: Mapping[str, Any]) -> str:
    if not one["supporters"]:
        return gettext("Nobody voted for it.")
    left = Fraction(one["left"])
    return ngettext(
        "Its %(n)s supporter had %(left)s left; %(short)s was missing.",
        "Its %(n)s supporters had %(left)s left together; %(short)s was missing.",
        one["supporters"],
    ) % {
        "n": number(one["supporters"]), "left": money(vote, left), "short": money(vote, max(one["cost"] - left, Fraction(0)))
    }  # fmt: skip


def _greedy(vote: Vote, options: Sequence[Option], result: Mapping[str, Any]) -> dict[int, str]:
    cost = {one.number: one.cost for one in options}
    found = {}
    for one in result["turns"]:
        pk, left = one["option"], one["left"]
        votes = result["received"][str(pk)]
        if one["taken"]:
            found[pk] = gettext("When its turn came %(left)s was left, enough for it.") % {"left": money(vote, left)}
        elif not votes:
            found[pk] = gettext("Nobody voted for it.")
        elif votes < vote.threshold:
            found[pk] = gettext("It has fewer votes than this vote asks for: %(fewest)s.") % {
                "fewest": number(vote.threshold)
            }
        elif cost[pk] > left:
            said = {"left": money(vote, left), "short": money(vote, cost[pk] - left)}
            found[pk] = gettext("When its turn came %(left)s was left; %(short)s was missing.") % said
        else:
            found[pk] = gettext("The count ended before its turn, at the first that no longer fitted.")
    return found


def _seats(vote: Vote, options: Sequence[Option], result: Mapping[str, Any]) -> dict[int, str]:
    found = {one.number: gettext("Others had more votes.") for one in options}
    for turn, one in enumerate(result.get("rounds", ()), 1):
        had = number(float(Fraction(one["had"][str(one["option"])])), 1).removesuffix(number(0.0, 1)[1:])
        said = {"round": number(turn), "had": had}
        chosen = one["what"] == "elected"
        found[one["option"]] = (
            gettext("Chosen in round %(round)s with %(had)s votes.") % said
            if chosen
            else gettext("Left out in round %(round)s with %(had)s votes, the fewest; they passed on.") % said
        )
    if vote.method == Method.APPROVAL:
        for chosen in result["chosen"]:
            found[chosen] = gettext("It is among those with the most votes.")
    return found


def summary(vote: Vote, lines: Sequence[Line]) -> str:
    result = vote.result or {}
    said = {
        "ballots": number(vote.counted),
        "chosen": number(sum(line.chosen for line in lines)),
        "all": number(len(lines)),
    }
    if "received" in (result_shown(vote) or {}):
        text = gettext("%(ballots)s ballots were counted; %(chosen)s of %(all)s options were chosen.") % said
    else:
        text = gettext("Fewer than five ballots were counted; %(chosen)s of %(all)s options were chosen.") % said
    if spends(vote):
        text += " " + gettext("%(left)s is left.") % {"left": money(vote, result["left"])}
    return text
