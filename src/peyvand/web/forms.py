"""The base of every form: human messages for empty fields, no colon after labels, accessible markup by the renderer."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.functional import lazystr
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class PeyvandRenderer(TemplatesSetting):
    """Label, hint, error and control in one order; the error summary stands before the first field."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"


class HumanMessages:
    """Mixed into a form (also a ModelForm): an empty field is asked for by its own name."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            label = lazystr(field.label or name.replace("_", " "))
            field.error_messages["required"] = format_lazy(_asking(field), label=label)


def _asking(field: forms.Field) -> Any:
    if isinstance(field, forms.BooleanField):
        return _("To go on, tick “{label}”.")
    return _("Choose “{label}”.") if isinstance(field, forms.ChoiceField) else _("Fill in “{label}”.")


class Form(HumanMessages, forms.Form):
    pass
