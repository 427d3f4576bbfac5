"""The bands of a priority from 0 to 100: the same for the flow and for matching two files."""

# Each band from its lower bound up. Settings of the product, not an official scale.
BANDS = (("urgent", 80), ("high", 60), ("medium", 40), ("low", 0))

# What each word stands for where somebody says a word instead of a number.
WORDS = {"urgent": 90, "high": 70, "medium": 50, "low": 20}


def band_of(priority: float) -> str:
    """urgent, high, medium or low."""
    if not 0 <= priority <= 100:
        raise ValueError(f"priority {priority} is not between 0 and 100")
    return next(name for name, bound in BANDS if priority >= bound)
