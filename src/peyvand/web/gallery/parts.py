"""Every part there is.

A new part is a file in `templates/web/parts/`, one `part(...)` in `reading`, `charts` or `working`, and its states;
`tests/web/test_gallery.py` fails until all three agree.
"""

from peyvand.web.gallery.charts import CHARTS
from peyvand.web.gallery.part import Part
from peyvand.web.gallery.reading import FRAME, WORDS
from peyvand.web.gallery.working import ACTS, GROUND, LISTS

PARTS: tuple[Part, ...] = (*WORDS, *CHARTS, *LISTS, *ACTS, *FRAME, *GROUND)
