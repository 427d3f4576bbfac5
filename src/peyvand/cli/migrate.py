"""`peyvand migrate`: the tables brought to this version, as the owner."""

from peyvand.cli import app, operation


@app.command()
def migrate() -> None:
    """Bring the tables to this version (`peyvand up` does it too)."""
    with operation.told(), operation.database():
        operation.migrate()
