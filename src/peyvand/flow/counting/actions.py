"""The one write of counting: what every place counts, kept until the next time."""

from datetime import datetime

from peyvand.flow.counting.cells import GROUPS, count_cells
from peyvand.flow.counting.models import KeptCounts
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, require
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.scope.acting import Acting, Role
from peyvand.scope.database import action


@action
def keep_counts(*, by: Acting, now: datetime) -> int:
    """Count every country anew and keep what changed; gives how many places have counts.

    It writes no event: it adds nothing that the rows it counts do not say. Two at once would write the same.
    """
    require(None if by.role is Role.SYSTEM else NotPermitted(reason="daily jobs are run by the system"))
    day = business_date(now)
    kept = {row.place_path: row for row in KeptCounts.objects.select_for_update().order_by("place_path")}
    fresh, changed, seen = [], [], set[str]()
    for country in Place.objects.filter(kind=PlaceKind.COUNTRY).values_list("path", flat=True):
        counted = count_cells(country, day, GROUPS)
        counted.setdefault(country, {})  # the country says when all of it was counted
        for path, cells in counted.items():
            seen.add(path)
            row = kept.get(path)
            if row is None:
                parent = path[: path.rstrip("/").rfind("/") + 1]
                fresh.append(KeptCounts(place_path=path, parent_path=parent, cells=cells, day=day, counted_at=now))
            elif row.cells != cells or path == country:
                row.cells, row.day, row.counted_at = cells, day, now
                changed.append(row)
    KeptCounts.objects.bulk_create(fresh, batch_size=1000)
    KeptCounts.objects.bulk_update(changed, ["cells", "day", "counted_at"], batch_size=500)
    KeptCounts.objects.exclude(place_path__in=seen).delete()
    return len(seen)
