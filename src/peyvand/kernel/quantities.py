"""Units and amounts. Quantities are whole numbers of a unit; money is whole rial and shown in toman."""

from enum import StrEnum


class Unit(StrEnum):
    PIECE = "piece"
    HOUR = "hour"
    SESSION = "session"
    PERSON = "person"
    SEAT = "seat"
    DAY = "day"
    MONTH = "month"
    KILOGRAM = "kg"
    KILOWATT_HOUR = "kWh"
    RIAL = "rial"


# What a column of whole numbers holds; counters never pass the quantity they count in.
LARGEST = 2**31 - 1
RIAL_PER_TOMAN = 10


def is_quantity(number: int) -> bool:
    """Whether an amount can be needed, offered, promised or delivered."""
    return 1 <= number <= LARGEST


def toman(rial: int) -> int:
    """Whole toman of an amount in rial, rounded toward zero."""
    return int(rial / RIAL_PER_TOMAN) if rial < 0 else rial // RIAL_PER_TOMAN


def grouped(number: int, separator: str = "٬") -> str:
    """Digits in groups of three."""
    return f"{number:,}".replace(",", separator)
