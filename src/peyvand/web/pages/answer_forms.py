"""What an answer asks for: by when, or why."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.jalali import add_months, business_date
from peyvand.web.fields import JalaliDateField
from peyvand.web.forms import Form


class DueForm(Form):
    due_date = JalaliDateField(
        label=_("By when"), help_text=_("The day on which the promise is due, such as 1405/9/30")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        today = business_date(timezone.now())
        options.setdefault("initial", {"due_date": add_months(today, 1)})
        super().__init__(*args, **options)
        self.fields["due_date"].earliest = today  # type: ignore[attr-defined]
        self.fields["due_date"].latest = add_months(today, settings.LONGEST_DUE_MONTHS)  # type: ignore[attr-defined]

    def usual(self) -> dict[str, Any]:
        """What the preview supposes until something is said."""
        return {"due_date": self.initial["due_date"].isoformat()}


class ReasonForm(Form):
    reason = forms.ChoiceField(label=_("Why"))

    def __init__(self, *args: Any, reasons: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.reasons = reasons
        self.fields["reason"].choices = [("", _("Choose a reason")), *reasons.choices]  # type: ignore[attr-defined]

    def usual(self) -> dict[str, Any]:
        return {"reason": self.reasons.OTHER.value}
