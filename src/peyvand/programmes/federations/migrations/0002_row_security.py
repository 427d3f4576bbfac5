from django.db import migrations

from peyvand.scope.policies import IS_STAFF, STAFF_OF_ROW, Policy, in_organisation, protect, setting, staff_of

APP = "federations"
HEAD = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$"


def of(path: str) -> str:
    """Staff of an organisation, of one above it, or of one below it."""
    return f"({IS_STAFF} AND ({in_organisation(path)} OR starts_with({setting('organisation_from')}, {path})))"


def speaks(path: str) -> str:
    """Staff of an organisation or of one above it."""
    return f"({IS_STAFF} AND {in_organisation(path)})"


def through(table: str, parent: str, key: str, more: str) -> str:
    return f'EXISTS (SELECT 1 FROM "{parent}" parent WHERE parent.{key[1]} = "{APP}_{table}".{key[0]} AND {more})'


def of_federation(table: str, more: str = "") -> str:
    """Staff of a member of the row's federation."""
    return (
        f'EXISTS (SELECT 1 FROM "{APP}_member" one WHERE one.federation_id = "{APP}_{table}".federation_id'
        f" AND one.state = 'member' AND {of('one.member_path')}{more})"
    )


def kept(table: str, parent: str, key: str) -> str:
    """Staff of the federation, by the paths its parent row carries."""
    return through(table, f"{APP}_{parent}", (key, "organisation_id" if parent == "federation" else "id"), staff_of("parent"))


# Ranges stand for the two numbers: GiST knows their overlap without an extension.
NOT_TWICE = f"""
ALTER TABLE {APP}_member ADD CONSTRAINT federation_member_not_twice EXCLUDE USING gist (
    int8range(federation_id, federation_id, '[]') WITH &&, int8range(organisation_id, organisation_id, '[]') WITH &&,
    daterange(since, until, '[]') WITH &&) WHERE (state IN ('member', 'left'));
ALTER TABLE {APP}_federationseat ADD CONSTRAINT federation_seat_not_twice EXCLUDE USING gist (
    int8range(member_id, member_id, '[]') WITH &&, daterange(since, until) WITH &&);
"""
TWICE = f"""
ALTER TABLE {APP}_member DROP CONSTRAINT federation_member_not_twice;
ALTER TABLE {APP}_federationseat DROP CONSTRAINT federation_seat_not_twice;
"""
HELD = f"""
CREATE FUNCTION {APP}_quorum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {APP}_meeting one WHERE one.id = NEW.meeting_id AND one.federation_id = NEW.federation_id
            AND one.state = 'held' AND one.present >= one.needed AND one.needed >= 1
            AND NEW.in_favour + NEW.against + NEW.abstained <= one.present) THEN
        RAISE EXCEPTION 'a decision needs a held meeting of its federation with a quorum, and no more votes than present'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quorum BEFORE INSERT OR UPDATE ON {APP}_decision FOR EACH ROW EXECUTE FUNCTION {APP}_quorum();

CREATE FUNCTION {APP}_excluded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {APP}_decision one WHERE one.id = NEW.decision_id AND one.federation_id = NEW.federation_id
            AND one.passed) THEN
        RAISE EXCEPTION 'a decision of this federation that was passed is needed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER excluded BEFORE INSERT OR UPDATE ON {APP}_member FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL)
    EXECUTE FUNCTION {APP}_excluded();

CREATE FUNCTION {APP}_roll_first() {HEAD}
BEGIN
    IF EXISTS (SELECT 1 FROM {APP}_election WHERE vote_id = NEW.id) AND EXISTS (
        SELECT 1 FROM votes_voter voter WHERE voter.vote_id = NEW.id AND NOT EXISTS (
            SELECT 1 FROM {APP}_elector elector JOIN {APP}_member member ON member.id = elector.member_id
            JOIN {APP}_election election ON election.vote_id = elector.election_id
            WHERE elector.voter_id = voter.id AND elector.election_id = NEW.id
            AND member.federation_id = election.federation_id AND member.state = 'member')) THEN
        RAISE EXCEPTION 'the roll of an election is one entry for each member' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION {APP}_roll_fixed() {HEAD}
BEGIN
    IF EXISTS (SELECT 1 FROM {APP}_election JOIN votes_vote vote ON vote.id = vote_id
               WHERE vote_id = NEW.vote_id AND vote.state <> 'draft') THEN
        RAISE EXCEPTION 'the roll of an election is fixed once it is open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION {APP}_elector_fixed() {HEAD}
BEGIN
    IF EXISTS (SELECT 1 FROM votes_vote WHERE id = coalesce(NEW.election_id, OLD.election_id) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the roll of an election is fixed once it is open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER {APP}_roll_first BEFORE UPDATE ON votes_vote FOR EACH ROW
    WHEN (NEW.state = 'open' AND OLD.state <> 'open') EXECUTE FUNCTION {APP}_roll_first();
CREATE TRIGGER {APP}_roll_fixed BEFORE INSERT ON votes_voter FOR EACH ROW EXECUTE FUNCTION {APP}_roll_fixed();
CREATE TRIGGER fixed BEFORE INSERT OR UPDATE OR DELETE ON {APP}_elector FOR EACH ROW EXECUTE FUNCTION {APP}_elector_fixed();
CREATE TRIGGER fixed BEFORE INSERT OR UPDATE OR DELETE ON {APP}_boardcandidate FOR EACH ROW
    EXECUTE FUNCTION {APP}_elector_fixed();
"""
LEFT = f"""
DROP TRIGGER quorum ON {APP}_decision; DROP TRIGGER excluded ON {APP}_member; DROP TRIGGER {APP}_roll_first ON votes_vote;
DROP TRIGGER {APP}_roll_fixed ON votes_voter; DROP TRIGGER fixed ON {APP}_elector; DROP TRIGGER fixed ON {APP}_boardcandidate;
DROP FUNCTION {APP}_quorum(); DROP FUNCTION {APP}_excluded(); DROP FUNCTION {APP}_roll_first(); DROP FUNCTION {APP}_roll_fixed();
DROP FUNCTION {APP}_elector_fixed();
"""
OF_MEMBER = through("representative", f"{APP}_member", ("member_id", "id"), "{who}")
TAKEN = (
    f'EXISTS (SELECT 1 FROM "{APP}_taking" one WHERE one.shared_id = "{APP}_sharedneed".id'
    f" AND {speaks('one.taker_path')})"
)
ELECTION_KEPT = kept("election", "federation", "federation_id")
OF_VOTE = 'EXISTS (SELECT 1 FROM votes_vote parent WHERE parent.id = "{table}".election_id{more})'


def of_election(table: str, *, public: bool) -> tuple[Policy, ...]:
    """Seen with the vote, by everyone where that is public; written by those who keep the vote."""
    name = f"{APP}_{table}"
    keeps = Policy("kept", OF_VOTE.format(table=name, more=f" AND {staff_of('parent')}"))
    return (keeps, Policy("seen", OF_VOTE.format(table=name, more=""), command="SELECT")) if public else (keeps,)


class Migration(migrations.Migration):
    dependencies = [
        (APP, "0001_initial"),
        ("votes", "0002_row_security"),
        ("need", "0002_row_security"),
        ("commitment", "0002_row_security"),
    ]
    operations = [
        migrations.RunSQL(NOT_TWICE, TWICE),
        migrations.RunSQL(HELD, LEFT),
        # Which organisations form a federation is public, as the registry of organisations is.
        protect(f"{APP}_federation", Policy("seen", "true", command="SELECT"), Policy("kept", STAFF_OF_ROW)),
        # A member asks, takes that back and leaves; only the federation makes a member of it.
        protect(
            f"{APP}_member",
            Policy("seen", "state IN ('member', 'left')", command="SELECT"),
            Policy("kept", STAFF_OF_ROW),
            Policy("own", speaks("member_path"), command="SELECT"),
            Policy("asked", f"{speaks('member_path')} AND state = 'asked'", command="INSERT"),
            Policy("left_by", speaks("member_path"), f"{speaks('member_path')} AND state <> 'member'", command="UPDATE"),
        ),
        # Who speaks for a member: the member, and those who keep the roll.
        protect(
            f"{APP}_representative",
            Policy("kept", OF_MEMBER.format(who=staff_of("parent"))),
            Policy("own", OF_MEMBER.format(who=speaks("parent.member_path"))),
        ),
        protect(
            f"{APP}_meeting", Policy("kept", STAFF_OF_ROW), Policy("seen", of_federation("meeting"), command="SELECT")
        ),
        protect(
            f"{APP}_decision",
            Policy("kept", kept("decision", "federation", "federation_id")),
            Policy("seen", of_federation("decision"), command="SELECT"),
        ),
        protect(
            f"{APP}_presence",
            Policy("kept", kept("presence", "meeting", "meeting_id")),
            Policy("seen", through("presence", f"{APP}_meeting", ("meeting_id", "id"), "true"), command="SELECT"),
        ),
        protect(
            f"{APP}_election",
            Policy("kept", ELECTION_KEPT),
            Policy(
                "seen",
                f'EXISTS (SELECT 1 FROM votes_vote parent WHERE parent.id = "{APP}_election".vote_id)',
                command="SELECT",
            ),
        ),
        protect(f"{APP}_boardcandidate", *of_election("boardcandidate", public=True)),
        protect(f"{APP}_elector", *of_election("elector", public=False)),
        protect(
            f"{APP}_federationseat",
            Policy("seen", "true", command="SELECT"),
            Policy("kept", kept("federationseat", "federation", "federation_id")),
        ),
        # Members read what is shared; its holder shares it, as a member, and takes it back.
        protect(
            f"{APP}_sharedneed",
            Policy("seen", f"unshared_at IS NULL AND {of_federation('sharedneed')}", command="SELECT"),
            Policy("own", of("holder_path"), command="SELECT"),
            # Who took one goes on seeing what it took, whatever becomes of the list.
            Policy("taken", TAKEN, command="SELECT"),
            Policy("shared", f"{speaks('holder_path')} AND {of_federation('sharedneed')}", command="INSERT"),
            Policy("kept", speaks("holder_path"), command="UPDATE"),
        ),
        protect(f"{APP}_taking", Policy("taken", speaks("taker_path")), Policy("held", speaks("holder_path"))),
    ]
