"""The base of every form: human messages for empty fields, no colon after labels, accessible markup by the renderer."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.functional import lazystr
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class PeyvandRenderer(TemplatesSetting):
    """Label, hint, error and control in one order; the error summary stands before the first field."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """A choice is written without templates: one for every option takes a third of a millisecond, and lists have hundreds."""
        if template_name == _SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


_SELECT = "django/forms/widgets/select.html"


def _select(widget: dict[str, Any]) -> SafeString:
    """What Django's own template of a select box writes."""
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        parts += [f'<optgroup label="{conditional_escape(group)}">'] if group else []
        for one in options:
            value, label = conditional_escape(str(one["value"])), conditional_escape(one["label"])
            parts.append(f'<option value="{value}"{_attributes(one["attrs"])}>{label}</option>')
        parts += ["</optgroup>"] if group else []
    return mark_safe("".join([*parts, "</select>"]))  # every part was escaped above


def _attributes(attrs: dict[str, Any]) -> str:
    said = (
        (conditional_escape(name), value) for name, value in attrs.items() if value is not False and value is not None
    )
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"' for name, value in said
    )


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
