"""Acts on many rows, in words: their button, what they mean for each row, and what is said when they are done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from peyvand.extend.discovery import programmes
from peyvand.web.templatetags.peyvand_format import number


@dataclass(frozen=True)
class Words:
    """`label` is the act, `meaning` what it means for those concerned, `becomes` what each row is afterwards; `one` says what was done on
    the page of a single row."""

    label: Any
    meaning: Any
    becomes: Any
    done: Callable[[int], str]
    one: Any = ""


def words_of(slug: str) -> Words:
    """Those of an act of the core, or of a programme (`<programme>.<slug>`). Raises `LookupError` for one that is gone."""
    if slug in WORDS:
        return WORDS[slug]
    programme, _dot, name = slug.partition(".")
    told = {one.slug: one for one in programmes()[programme].acts_on_many}[name]
    return Words(told.label, told.meaning, told.becomes, told.done)


def counted(one: Callable[[int], str]) -> Callable[[int], str]:
    """What is said of how many rows, with their number in the digits of the reader."""
    return lambda n: one(n) % {"n": number(n)}


WORDS: dict[str, Words] = {
    "accept_suggestions": Words(
        _("Accept"),
        _("Each becomes a promise, due on the day you choose. The other side is asked to agree."),
        _("becomes a promise"),
        counted(
            lambda n: ngettext(
                "%(n)s suggestion is accepted; the other side is asked to agree.",
                "%(n)s suggestions are accepted; the other sides are asked to agree.",
                n,
            )
        ),
        one=_("The suggestion is accepted; the other side is asked to agree."),
    ),
    "decline_suggestions": Words(
        _("Decline"),
        _("Nothing is promised. The next matching looks again, and the other side reads the reason."),
        _("declined"),
        counted(
            lambda n: ngettext(
                "%(n)s suggestion is declined. The next matching looks again.",
                "%(n)s suggestions are declined. The next matching looks again.",
                n,
            )
        ),
        one=_("The suggestion is declined. The next matching looks again."),
    ),
    "accept_promises": Words(
        _("Agree to the offers"),
        _("Both sides have then agreed, and the giver is to deliver by the day named."),
        _("agreed by both sides"),
        counted(
            lambda n: ngettext("%(n)s promise is agreed by both sides.", "%(n)s promises are agreed by both sides.", n)
        ),
        one=_("The promise is agreed by both sides."),
    ),
    "end_promises": Words(
        _("Decline or take back"),
        _("What is left of each returns to the need and to the offer. The other side reads the reason."),
        _("ended; what is left is free again"),
        counted(
            lambda n: ngettext(
                "%(n)s promise is ended; what was left of it is free again.",
                "%(n)s promises are ended; what was left of them is free again.",
                n,
            )
        ),
        one=_("The promise is taken back; what was left of it is free again."),
    ),
    "break_promises": Words(
        _("Call them broken"),
        _(
            "The day has passed and it did not come. A broken promise is counted, and the need waits for another capacity."
        ),
        _("broken"),
        counted(
            lambda n: ngettext(
                "%(n)s promise is marked as broken; its need waits for another capacity.",
                "%(n)s promises are marked as broken; their needs wait for other capacities.",
                n,
            )
        ),
        one=_("The promise is marked as broken; the need waits for another capacity."),
    ),
    "accept_deliveries": Words(
        _("They arrived: accept"),
        _("It counts from now on as arrived. A need that has received everything is closed as met."),
        _("arrived"),
        counted(lambda n: ngettext("%(n)s delivery is accepted.", "%(n)s deliveries are accepted.", n)),
        one=_("The delivery is accepted."),
    ),
    "refuse_deliveries": Words(
        _("Refuse"),
        _("It did not arrive, or not as promised. The giver reads the reason; the promise still stands."),
        _("refused; the promise still stands"),
        counted(
            lambda n: ngettext(
                "%(n)s delivery is refused; the promise still stands.",
                "%(n)s deliveries are refused; the promises still stand.",
                n,
            )
        ),
        one=_("The delivery is refused; the promise still stands."),
    ),
    "vouch_needs": Words(
        _("Vouch for them"),
        _("You answer for it that the need is real. It is open from now on, and the matching looks for help."),
        _("open"),
        counted(
            lambda n: ngettext(
                "You vouched for %(n)s need: it is open now.", "You vouched for %(n)s needs: they are open now.", n
            )
        ),
        one=_("You vouched for this need: it is open now."),
    ),
    "withdraw_needs": Words(
        _("Withdraw"),
        _("Nobody looks for help for it any more. What was told stays in the file."),
        _("withdrawn"),
        counted(lambda n: ngettext("%(n)s need was withdrawn.", "%(n)s needs were withdrawn.", n)),
        one=_("The need was withdrawn."),
    ),
    "pause_capacities": Words(
        _("Pause"),
        _("Nothing new is promised from it for now. Promises that stand are kept."),
        _("paused"),
        counted(
            lambda n: ngettext(
                "%(n)s offer is paused; promises that stand are kept.",
                "%(n)s offers are paused; promises that stand are kept.",
                n,
            )
        ),
        one=_("The offer is paused; promises that stand are kept."),
    ),
    "resume_capacities": Words(
        _("Resume"),
        _("It can be promised again."),
        _("open"),
        counted(lambda n: ngettext("%(n)s offer is open again.", "%(n)s offers are open again.", n)),
        one=_("The offer is open again."),
    ),
    "close_capacities": Words(
        _("Close"),
        _("Nothing more is promised from it; promises that stand are kept. Later on a new offer can be recorded."),
        _("closed"),
        counted(
            lambda n: ngettext(
                "%(n)s offer is closed; promises that stand are kept.",
                "%(n)s offers are closed; promises that stand are kept.",
                n,
            )
        ),
        one=_("The offer is closed; promises that stand are kept."),
    ),
    "give_tasks": Words(
        _("Give the work to a colleague"),
        _(
            "The colleague sees the names of these families from now on and works with them. Tasks of others stay as they are."
        ),
        _("given to the colleague"),
        counted(
            lambda n: ngettext(
                "The work with %(n)s family was given to the colleague.",
                "The work with %(n)s families was given to the colleague.",
                n,
            )
        ),
    ),
    "end_roles": Words(
        _("End these roles"),
        _("The person can no longer act in this role, and its tasks with families end."),
        _("ended"),
        counted(
            lambda n: ngettext(
                "%(n)s role was ended, and its tasks with it.", "%(n)s roles were ended, and their tasks with them.", n
            )
        ),
        one=_("The role was ended, and its tasks with it."),
    ),
    "refuse_provider": Words(
        _("Record that it is not wanted"),
        "",
        "",
        lambda n: gettext("It is recorded: this provider is no longer proposed or promised to the family."),
    ),
    "submit_story": Words(_("Send it for review"), "", "", lambda n: gettext("The story waits for review.")),
    "return_story": Words(
        _("Give it back to the teller"), "", "", lambda n: gettext("The story is back with its teller.")
    ),
    "publish_story": Words(
        _("Publish it for everyone"), "", "", lambda n: gettext("The story is published: everyone can read it.")
    ),
    "withdraw_story": Words(
        _("Withdraw this story"), "", "", lambda n: gettext("The story is withdrawn: nobody outside reads it any more.")
    ),
}
