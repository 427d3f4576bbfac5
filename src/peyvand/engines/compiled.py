"""How the inner loops are compiled."""

from numba import njit

# Numba counts the references to every array of a named tuple whenever one is read or the tuple is handed on, which
# took as long as the search for paths itself. A loop that only reads and writes the arrays it is given makes and frees
# none, so it can do without (`_nrt`: Numba's run-time for memory). The compiler refuses to make an array there;
# functions that do so are `allocating`.
in_place = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]  # no public name
allocating = njit(cache=True, nogil=True)
