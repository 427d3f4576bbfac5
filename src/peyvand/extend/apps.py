from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExtendConfig(AppConfig):
    name = "peyvand.extend"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        """Read every manifest now: a broken one stops the start, not the first step that would have asked its guard."""
        from peyvand.extend.discovery import programmes

        programmes()
