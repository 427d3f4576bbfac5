"""Where life is hardest: multidimensional deprivation from a household survey, and how evenly help is spread."""

from peyvand.engines.deprivation.alkire_foster import Deprivation, Interval, Measure, alkire_foster
from peyvand.engines.deprivation.balance import Balance, theil

__all__ = ["Balance", "Deprivation", "Interval", "Measure", "alkire_foster", "theil"]
