"""Finding programmes: every folder of `peyvand/programmes/` (and of `PEYVAND_PROGRAMMES`) that holds a `programme.py`."""

from functools import cache
from importlib import import_module
from pathlib import Path

from peyvand.extend.programme import Programme
from peyvand.kernel.refusals import Refusal

_PACKAGE = "peyvand.programmes"
MANIFEST = "programme.py"


class NotAProgramme(Refusal):
    code = "not_a_programme"
    message = "The folder {folder} holds no programme: {reason}"


class UnknownProgramme(Refusal):
    code = "unknown_programme"
    message = "There is no programme “{slug}” here."


def folders() -> list[Path]:
    """The folders of programmes, by slug. Needs no settings, so that the settings can ask. Raises `NotAProgramme`."""
    found: dict[str, Path] = {}
    for root in import_module(_PACKAGE).__path__:
        for manifest in sorted(Path(root).glob(f"*/{MANIFEST}")):
            folder = manifest.parent
            if not folder.name.isidentifier():
                raise NotAProgramme(folder=folder, reason="its name is not a word of letters, digits and _")
            if folder.name in found:
                raise NotAProgramme(folder=folder, reason=f"{found[folder.name]} has the same name")
            found[folder.name] = folder
    return [found[slug] for slug in sorted(found)]


def apps() -> list[str]:
    """The Django apps of the programmes, for INSTALLED_APPS: models, templates, static files and words come with them."""
    return [f"{_PACKAGE}.{folder.name}" for folder in folders()]


@cache
def programmes() -> dict[str, Programme]:
    """Every manifest by slug. A folder that cannot be read stops the site: a guard must never be lost in silence."""
    return {folder.name: _manifest(folder) for folder in folders()}


def programme(slug: str) -> Programme:
    """Raises `UnknownProgramme`: a slug in a table may outlive its folder."""
    if slug not in programmes():
        raise UnknownProgramme(slug=slug)
    return programmes()[slug]


def _manifest(folder: Path) -> Programme:
    from peyvand.extend.conformance import manifest_faults

    manifest = getattr(import_module(f"{_PACKAGE}.{folder.name}.programme"), "PROGRAMME", None)
    if not isinstance(manifest, Programme):
        raise NotAProgramme(folder=folder, reason="programme.py defines no PROGRAMME = Programme(...)")
    if manifest.slug != folder.name:
        raise NotAProgramme(folder=folder, reason=f"its slug is {manifest.slug}")
    if found := manifest_faults(manifest):
        raise NotAProgramme(folder=folder, reason="; ".join(found))
    return manifest
