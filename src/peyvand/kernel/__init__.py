"""Values, pure: Persian text, the Jalali calendar, quantities, identifiers, state tables, refusals."""
