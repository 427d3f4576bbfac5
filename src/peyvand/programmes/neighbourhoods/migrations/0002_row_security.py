from django.db import migrations

from peyvand.programmes.neighbourhoods.permissions import ACTORS, KEEPERS, READERS
from peyvand.scope.acting import Role
from peyvand.scope.policies import (
    IS_STAFF,
    STAFF_OF_ROW,
    Policy,
    fixed,
    in_area,
    in_organisation,
    protect,
    role_in,
    setting,
    staff_of,
)

APP = "neighbourhoods"
# Public facts of the own area and of the places it lies in: whom a voice goes up to, who leads.
HERE_OR_ABOVE = f"({in_area()} OR starts_with({setting('place_from')}, place_path))"
READ_NEAR = f"{role_in(*READERS)} AND {HERE_OR_ABOVE}"
READ_HERE = f"{role_in(*READERS)} AND {in_area()}"
ACT_HERE = f"{role_in(*ACTORS)} AND {in_area()}"
KEPT = f"{role_in(*KEEPERS)} AND {in_area()} AND {in_organisation()}"
PARENT_KEPT = f"{role_in(*KEEPERS)} AND {in_area('parent.place_path')} AND {in_organisation('parent.organisation_path')}"
OWNED = f"({role_in(*ACTORS)} AND {in_organisation('owner_path')})"


def through(table: str, parent: str, key: str, more: str = "true") -> str:
    return f'EXISTS (SELECT 1 FROM "{APP}_{parent}" parent WHERE parent.id = "{APP}_{table}"."{key}" AND {more})'


def hanging(table: str, parent: str, who: str) -> migrations.RunSQL:
    """Read with its parent, written where `who` holds for the parent."""
    key = f"{parent}_id"
    return protect(
        f"{APP}_{table}",
        Policy("seen", through(table, parent, key), command="SELECT"),
        Policy("kept", through(table, parent, key, who)),
    )


ONE_LEAD = f"""
ALTER TABLE {APP}_boardseat ADD CONSTRAINT board_one_lead EXCLUDE USING gist (int8range(
    (place_id << 32) + (since - date '2000-01-01'),
    (place_id << 32) + coalesce(until - date '2000-01-01' + 1, 2147483647)) WITH &&) WHERE (role = 'lead')
"""
QUORUM = f"""
CREATE FUNCTION {APP}_quorum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {APP}_session one WHERE one.id = NEW.session_id AND one.council_id = NEW.council_id
            AND one.state = 'held' AND one.present >= one.needed AND one.needed >= 1) THEN
        RAISE EXCEPTION 'a resolution needs a held session of its council with a quorum' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quorum BEFORE INSERT ON {APP}_resolution FOR EACH ROW EXECUTE FUNCTION {APP}_quorum();
"""
NO_QUORUM = f"DROP TRIGGER quorum ON {APP}_resolution; DROP FUNCTION {APP}_quorum();"


class Migration(migrations.Migration):
    dependencies = [(APP, "0001_initial"), ("need", "0002_row_security"), ("scope", "0001_scope")]
    operations = [
        migrations.RunSQL(ONE_LEAD, f"ALTER TABLE {APP}_boardseat DROP CONSTRAINT board_one_lead"),
        migrations.RunSQL(QUORUM, NO_QUORUM),
        protect(
            f"{APP}_councilkind",
            Policy("seen", "true", command="SELECT"),
            Policy("settled", role_in(Role.ADMINISTRATOR, Role.HQ_LEADER)),
        ),
        protect(f"{APP}_council", Policy("seen", READ_NEAR, command="SELECT"), Policy("kept", KEPT)),
        fixed(f"{APP}_council", "place_id", "kind_id"),
        hanging("seat", "council", PARENT_KEPT),
        # A name on a seat: with the council's papers, and never for the governor's office (least seeing).
        protect(
            f"{APP}_seatholder",
            Policy(
                "kept",
                f'EXISTS (SELECT 1 FROM "{APP}_seat" seat JOIN "{APP}_council" parent ON parent.id = seat.council_id'
                f' WHERE seat.id = "{APP}_seatholder".seat_id AND {PARENT_KEPT} AND {IS_STAFF})',
            ),
        ),
        hanging("session", "council", PARENT_KEPT),
        hanging("agendaitem", "session", PARENT_KEPT),
        hanging("attendance", "session", PARENT_KEPT),
        # Its owner takes steps too, and sees what it owes also where the council lies outside its area.
        protect(
            f"{APP}_resolution",
            Policy("seen", f"{role_in(*READERS)} AND ({HERE_OR_ABOVE} OR {in_organisation('owner_path')})", command="SELECT"),
            Policy("kept", KEPT),
            Policy("owed", OWNED, command="UPDATE"),
        ),
        hanging(
            "resolutionstep", "resolution",
            f"(({PARENT_KEPT}) OR ({role_in(*ACTORS)} AND {in_organisation('parent.owner_path')}))",
        ),
        # It is moved by those it came from and those it waits at; passed on, it waits at others.
        protect(
            f"{APP}_voice",
            Policy("seen", READ_HERE, command="SELECT"),
            Policy("sent", KEPT, command="INSERT"),
            Policy(
                "moved", f"{ACT_HERE} AND ({in_organisation()} OR {in_organisation('at_path')})", ACT_HERE, command="UPDATE"
            ),
        ),
        hanging("rung", "voice", f"{role_in(*ACTORS)} AND {in_area('parent.place_path')}"),
        hanging("hearing", "voice", f"{role_in(*ACTORS)} AND {in_area('parent.place_path')}"),
        protect(
            f"{APP}_boardseat",
            Policy("seen", READ_NEAR, command="SELECT"),
            Policy("kept", f"{role_in(*ACTORS, Role.ADMINISTRATOR)} AND {in_area()}"),
        ),
        protect(f"{APP}_trustedperson", Policy("kept", STAFF_OF_ROW)),
        protect(
            f"{APP}_objective", Policy("seen", READ_HERE, command="SELECT"), Policy("kept", f"{IS_STAFF} AND {in_area()}")
        ),
        hanging("share", "objective", f"{IS_STAFF} AND {in_area('parent.place_path')}"),
        protect(f"{APP}_obstacle", Policy("seen", READ_HERE, command="SELECT"), Policy("kept", ACT_HERE)),
        protect(
            f"{APP}_doublehelp",
            Policy(
                "kept",
                f'EXISTS (SELECT 1 FROM need_need parent WHERE parent.id = "{APP}_doublehelp".need_id'
                f" AND {staff_of('parent')})",
            ),
        ),
    ]
