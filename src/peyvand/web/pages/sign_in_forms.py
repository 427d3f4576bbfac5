"""The forms of signing in, with labels of our own; the work behind them is allauth's."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.text import latin_digits
from peyvand.people.models import Account
from peyvand.web.forms import Form, HumanMessages

PASSWORD_HELP = _("At least ten characters; a few words that only you put together.")


def _plain(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        field = form.fields[name]
        field.label, field.help_text = label, ""
        field.widget.attrs.pop("placeholder", None)


class SignInForm(HumanMessages, account_forms.LoginForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _plain(self, login=_("User name"), password=_("Password"))
        self.fields["login"].widget.attrs |= {"dir": "ltr", "autocapitalize": "none"}
        self.fields["password"].widget.attrs["dir"] = "ltr"


class AgainForm(HumanMessages, account_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _plain(self, password=_("Password"))


class ChangePasswordForm(HumanMessages, account_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _plain(self, oldpassword=_("Present password"), password1=_("New password"), password2=_("New password again"))
        self.fields["password1"].help_text = PASSWORD_HELP


class SetPasswordForm(HumanMessages, account_forms.SetPasswordForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _plain(self, password1=_("New password"), password2=_("New password again"))
        self.fields["password1"].help_text = PASSWORD_HELP


class _Code(HumanMessages):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _plain(self, code=_("Code"))  # type: ignore[arg-type]
        self.fields["code"].widget.attrs |= {"dir": "ltr", "inputmode": "numeric", "class": "short"}
        if self.is_bound:  # type: ignore[attr-defined]
            data = self.data.copy()  # type: ignore[has-type]
            data["code"] = latin_digits(data.get("code", "")).replace(" ", "")
            self.data = data


class SecondStepForm(_Code, mfa_forms.AuthenticateForm):
    pass


class SecondStepAgainForm(_Code, mfa_forms.ReauthenticateForm):
    pass


class ActivateForm(_Code, totp_forms.ActivateTOTPForm):
    pass


class EnterForm(Form):
    """The code on the slip, typed as it is read: either digits, spaces and dashes between."""

    code = forms.CharField(
        label=_("Code on the slip"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "short", "dir": "ltr", "autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_code(self) -> str:
        typed = latin_digits(self.cleaned_data["code"]).strip()
        digits = "".join(sign for sign in typed if sign not in " -\u200c\u200e\u200f")
        return digits if digits.isdecimal() else typed


class AccountForm(HumanMessages, forms.ModelForm):
    class Meta:
        model = Account
        fields = ("name", "language")
        labels = {"name": _("Name"), "language": _("Language")}

    language = forms.ChoiceField(label=_("Language"), choices=[("fa", "فارسی"), ("en", "English")])
