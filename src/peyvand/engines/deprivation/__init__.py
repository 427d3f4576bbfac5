"""Where life is hardest: multidimensional deprivation from a household survey, a guess from a census, and how evenly help is spread."""

from peyvand.engines.deprivation.alkire_foster import Deprivation, Interval, Measure, alkire_foster
from peyvand.engines.deprivation.balance import Balance, theil
from peyvand.engines.deprivation.prior import census_prior

__all__ = ["Balance", "Deprivation", "Interval", "Measure", "alkire_foster", "census_prior", "theil"]
