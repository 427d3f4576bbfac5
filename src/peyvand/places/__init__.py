"""Where: country > province > county > district > city | rural district > neighbourhood | settlement | nomadic."""
