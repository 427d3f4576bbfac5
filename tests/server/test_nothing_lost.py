"""Promise (f): what was acknowledged is there after kill -9 of the database and of the program."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import made_tables

from peyvand.server.starter import start

pytestmark = pytest.mark.slow

WRITER = """
import django, sys
django.setup()
if sys.argv[1] == "write":
    from tests.world import World
    world = World.build()
    print("ready", flush=True)
    while True:
        print(world.need().tracking_code, flush=True)
else:
    from peyvand.flow.need.models import Need
    from peyvand.flow.replay import replay
    from peyvand.scope.acting import SYSTEM
    from peyvand.scope.database import scope
    assert replay() == []
    with scope(SYSTEM):
        print(*Need.objects.values_list("tracking_code", flat=True), sep="\\n")
"""


def program(data: Path, what: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "PEYVAND_DATA": str(data),
        "PEYVAND_AS_OWNER": "1",
        "DJANGO_SETTINGS_MODULE": "peyvand.site.settings",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]),
    }
    return subprocess.Popen([sys.executable, "-c", WRITER, what], env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("victim", ["database", "program"])
def test_what_was_acknowledged_survives_kill_9(place: Path, victim: str, tmp_path: Path, django_db_blocker: Any):
    with django_db_blocker.unblock():
        made_tables.copy_to(place, tmp_path)
    server = start(place)
    writer = program(place, "write")
    assert writer.stdout.readline().strip() == "ready"
    acknowledged = [writer.stdout.readline().strip() for _ in range(12)]
    os.kill(server.pid if victim == "database" else writer.pid, signal.SIGKILL)
    acknowledged += writer.stdout.read().split()
    writer.wait(timeout=30)
    again = start(place)
    try:
        found = program(place, "read").communicate(timeout=60)[0].split()
    finally:
        server.stop()
        again.stop()
    whole = [code for code in acknowledged if len(code) == 12]
    assert set(whole) <= set(found)
    assert len(found) <= len(acknowledged) + 1
