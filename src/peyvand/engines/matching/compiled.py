"""How the inner loops are compiled."""

from numba import njit

# Numba counts the references to every array of a named tuple whenever one is read or the tuple is handed on, which
# took more time than the search itself. A loop that only reads and writes the arrays it is given makes and frees
# none, so without the counting (`_nrt`: Numba's run-time for memory) nothing is lost. The compiler refuses a function
# that would make an array; such ones use `allocating`.
in_place = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]  # no public name
allocating = njit(cache=True, nogil=True)
