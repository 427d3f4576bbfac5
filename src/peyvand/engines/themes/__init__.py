"""Many texts in Persian: which are nearly the same, which belong together, and by which words."""

from peyvand.engines.themes.grouping import Theme, Themes, themes
from peyvand.engines.themes.likeness import Pairs, Word, near_duplicates, nearest
from peyvand.engines.themes.words import stems

__all__ = ["Pairs", "Theme", "Themes", "Word", "near_duplicates", "nearest", "stems", "themes"]
