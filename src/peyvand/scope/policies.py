"""Row policies for migrations: the fragments every scoped table is protected with.

The settings are read through a function that raises when they are missing or empty, wrapped in a scalar sub-select so that
PostgreSQL reads them once a statement and can use the path index.
"""

from dataclasses import dataclass, replace

from django.db.migrations import RunSQL

from peyvand.scope.acting import STAFF, Role
from peyvand.scope.database import APP_ROLE, NATIONAL_ROLE


def setting(name: str) -> str:
    return f"(SELECT peyvand_scope('{name}'))"


def role_in(*roles: Role) -> str:
    return f"{setting('role')} IN ({', '.join(repr(role.value) for role in roles)})"


def in_area(column: str = "place_path") -> str:
    return f"({column} >= {setting('place_from')} AND {column} < {setting('place_to')})"


def in_organisation(column: str = "organisation_path") -> str:
    return f"({column} >= {setting('organisation_from')} AND {column} < {setting('organisation_to')})"


def own(column: str, name: str) -> str:
    """`column` is the actor's own id (account, membership or person); 0 means nobody."""
    return f"({column} = {setting(name)}::bigint AND {column} <> 0)"


def likely(condition: str) -> str:
    """The same condition, of which the planner expects every second row to hold.

    It knows nothing of settings and would expect one row in forty thousand: it then sorts and joins whole tables where it
    could read the first rows of an index. What narrows a list is said in the query too (`bulk.in_area`).
    """
    return f"(CASE WHEN {condition} THEN true ELSE false END)"


def row_by_row(exists: str) -> str:
    """`EXISTS (...)` asked of one row at a time: for a page of rows the planner would else read the whole other table first.

    An OFFSET, even of nothing, is what keeps it from turning the question into a hash of everything it could be asked.
    """
    return f"{exists.removesuffix(')')} OFFSET 0)"


IS_STAFF = role_in(*STAFF)
STAFF_OF_ROW = f"({IS_STAFF} AND {in_area()} AND {in_organisation()})"
STAFF_OF_MANY = likely(f"{IS_STAFF} AND {in_area()} AND {in_organisation()}")


@dataclass(frozen=True)
class Policy:
    """`using` filters what is seen, changed and removed; `check` what may be written (default: the same)."""

    name: str
    using: str
    check: str | None = None
    command: str = "ALL"

    def sql(self, table: str) -> str:
        using = "" if self.command == "INSERT" else f" USING ({self.using})"
        writes = self.command in ("ALL", "INSERT", "UPDATE")
        check = f" WITH CHECK ({self.check or self.using})" if writes else ""
        return f'CREATE POLICY {self.name} ON "{table}" FOR {self.command} TO {APP_ROLE}{using}{check}'


def policy(table: str, *policies: Policy) -> RunSQL:
    """Add permissive policies to a table that is protected already."""
    return RunSQL(
        [one.sql(table) for one in policies],
        [f'DROP POLICY {one.name} ON "{table}"' for one in policies],
    )


def instead(table: str, old: Policy, new: Policy) -> RunSQL:
    """Put a policy in the place of another.

    PostgreSQL asks the policies of a table one after the other until one lets the row through, the last of the alphabet first:
    the one that costs little and lets most rows through wants a late name.
    """
    return RunSQL(
        [f'DROP POLICY {old.name} ON "{table}"', new.sql(table)],
        [f'DROP POLICY {new.name} ON "{table}"', old.sql(table)],
    )


def protect(table: str, *policies: Policy) -> RunSQL:
    """Switch row security on, let the national role see all, and add the policies of everyone else."""
    national = f'CREATE POLICY national ON "{table}" TO {NATIONAL_ROLE} USING (true) WITH CHECK (true)'
    return RunSQL(
        [f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY', national, *(one.sql(table) for one in policies)],
        [
            *(f'DROP POLICY {name} ON "{table}"' for name in ("national", *(one.name for one in policies))),
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ],
    )


def shared(name: str, using: str) -> tuple[Policy, Policy]:
    """Rows of another organisation that an actor may see and lock (for their counters), but neither add nor remove."""
    return Policy(f"{name}_seen", using, command="SELECT"), Policy(f"{name}_locked", using, command="UPDATE")


def looked_at(table: str, path: str = "organisation_path") -> Policy:
    """An auditor's open look into an organisation; never joined to a policy of names."""
    column = f'"{table}"."{path}"'  # spelled out: people_look has a path of its own
    return Policy(
        "looked_at",
        f"{role_in(Role.AUDITOR)} AND EXISTS (SELECT 1 FROM people_look one WHERE one.membership_id = {setting('membership')}::bigint"
        f" AND one.until > now() AND {column} >= one.organisation_path"
        f" AND {column} < left(one.organisation_path, -1) || '0')",
        command="SELECT",
    )


def plain(condition: str) -> str:
    """A fragment without its scalar sub-selects, for the WHEN of a trigger, which may hold none."""
    return condition.replace("(SELECT peyvand_scope(", "(peyvand_scope(")


def only(table: str, name: str, when: str, *columns: str) -> RunSQL:
    """Of rows where `when` holds (it names OLD), the application changes nothing but `columns`: the policies let it lock a row
    of another organisation for its counters, and a policy cannot tell a counter from the rest.
    """
    arguments = ", ".join(f"'{column}'" for column in columns)
    return RunSQL(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON \"{table}\" FOR EACH ROW WHEN (CASE WHEN current_user = '{APP_ROLE}'"
        f" THEN {plain(when)} ELSE false END) EXECUTE FUNCTION peyvand_only_columns({arguments})",
        f'DROP TRIGGER {name} ON "{table}"',
    )


def fixed(table: str, *columns: str) -> RunSQL:
    """What a row is from its first day, for every role but the owner (who migrates)."""
    differ = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return RunSQL(
        f'CREATE TRIGGER fixed BEFORE UPDATE ON "{table}" FOR EACH ROW'
        f" WHEN (current_user IN ('{APP_ROLE}', '{NATIONAL_ROLE}') AND ({differ})) EXECUTE FUNCTION peyvand_fixed()",
        f'DROP TRIGGER fixed ON "{table}"',
    )


def staff_of(row: str) -> str:
    """`STAFF_OF_ROW` said of another row than the table's own ("parent", "OLD")."""
    return f"({IS_STAFF} AND {in_area(f'{row}.place_path')} AND {in_organisation(f'{row}.organisation_path')})"


def kept_through(table: str, parent: str, key: str, who: str) -> list[RunSQL]:
    """Narrow `seen_through`: rows are read with their parent, and written only where `who` holds too (it may name `parent`)."""
    seen = seen_through(table, parent, key)
    read = Policy(seen.name, seen.using, command="SELECT")
    drop = f'DROP POLICY {seen.name} ON "{table}"'
    return [RunSQL([drop, read.sql(table)], [drop, seen.sql(table)]), policy(table, _kept(table, parent, key, who))]


def kept_not_read_through(table: str, parent: str, key: str, who: str) -> RunSQL:
    """Ask what `kept_through` has added of writes alone: of reads it says nothing new, and costs a hash of all parents the actor keeps."""
    kept = _kept(table, parent, key, who)
    writes = [replace(kept, name=f"{kept.name}_{one.lower()}", command=one) for one in ("INSERT", "UPDATE", "DELETE")]
    return RunSQL(
        [f'DROP POLICY {kept.name} ON "{table}"', *(one.sql(table) for one in writes)],
        [*(f'DROP POLICY {one.name} ON "{table}"' for one in writes), kept.sql(table)],
    )


def _kept(table: str, parent: str, key: str, who: str) -> Policy:
    return Policy(
        "kept_through", f'EXISTS (SELECT 1 FROM "{parent}" parent WHERE parent.id = "{table}"."{key}" AND {who})'
    )


def seen_through(table: str, parent: str, key: str) -> Policy:
    """A row is seen exactly when the row it belongs to is seen: the parent's own policies answer."""
    return Policy("seen_through", f'EXISTS (SELECT 1 FROM "{parent}" parent WHERE parent.id = "{table}"."{key}")')
