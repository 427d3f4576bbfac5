"""What a password must be, in our own words; the checks are Django's. Used wherever one is set."""

from django.contrib.auth import password_validation as checks
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from peyvand.kernel.refusals import BadValue
from peyvand.kernel.text import persian_digits
from peyvand.people.models import Account


class UnlikeTheOwner(checks.UserAttributeSimilarityValidator):
    """Options: `user_attributes`."""

    def get_error_message(self) -> str:
        return _("The password is too much like the name or the user name.")

    def validate(self, password: str, user: Account | None = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as fault:
            raise ValidationError(self.get_error_message(), code=fault.code) from None

    def get_help_text(self) -> str:
        return _("It is not like your name or user name.")


class LongEnough(checks.MinimumLengthValidator):
    """Options: `min_length`."""

    def get_error_message(self) -> str:
        return _("The password is too short: it has at least {count} characters.").format(count=self._count())

    def get_help_text(self) -> str:
        return _("It has at least {count} characters.").format(count=self._count())

    def _count(self) -> str:
        return (
            persian_digits(str(self.min_length)) if (get_language() or "fa").startswith("fa") else str(self.min_length)
        )


class NotKnownToAll(checks.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("This password is among those that are tried first. Put together a few words of your own.")

    def get_help_text(self) -> str:
        return _("It is not among the passwords that are tried first.")


class NotDigitsAlone(checks.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return _("The password is made of digits alone. Put words into it.")

    def get_help_text(self) -> str:
        return _("It is not made of digits alone.")


def check_password(password: str, owner: Account) -> None:
    """Raises `BadValue` that says everything that is wrong with it."""
    try:
        checks.validate_password(password, owner)
    except ValidationError as faults:
        raise BadValue(field="password", reason=" ".join(faults.messages)) from None
