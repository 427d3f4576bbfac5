from django.db import migrations

from peyvand.scope.acting import STAFF, Role
from peyvand.scope.policies import Policy, fixed, in_organisation, only, own, protect, role_in

WRITERS = (*STAFF, Role.RESIDENT)
ANSWERERS = (Role.COUNTY_OFFICER, Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
SEEN = Policy("seen", "true", command="SELECT")
MINE = f"{role_in(*WRITERS)} AND {own('account_id', 'account')}"


def written(theme: str, who: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM proposals_proposal p WHERE p.theme_id = {theme} AND p.state <> 'withdrawn' AND {who})"
    )


def author_of(theme: str) -> str:
    return written(theme, own("p.author_id", "account"))


def candidate(table: str, more: str) -> str:
    return f'EXISTS (SELECT 1 FROM proposals_candidate c WHERE c.id = "proposals_{table}".candidate_id AND {more})'


# Those it speaks before: who speaks for a body in charge of a proposal of the theme.
BEFORE = written("c.theme_id", f"{role_in(*ANSWERERS)} AND p.body_path <> '' AND {in_organisation('p.body_path')}")
HEARD = """
CREATE FUNCTION proposals_heard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM proposals_choosing one JOIN proposals_candidate c ON c.choosing_id = one.id
        WHERE one.id = NEW.choosing_id AND one.state = 'open' AND c.id = NEW.candidate_id AND c.withdrawn_at IS NULL
        AND EXISTS (SELECT 1 FROM proposals_proposal p WHERE p.theme_id = one.theme_id AND p.state <> 'withdrawn' AND (
            p.author_id = NEW.account_id OR one.with_supporters AND EXISTS (SELECT 1 FROM proposals_support s
                WHERE s.proposal_id = p.id AND s.account_id = NEW.account_id AND s.withdrawn_at IS NULL)))) THEN
        RAISE EXCEPTION 'a voice is given by who may choose, to a candidate of an open choosing' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER heard BEFORE INSERT OR UPDATE ON proposals_voice FOR EACH ROW EXECUTE FUNCTION proposals_heard();
CREATE FUNCTION proposals_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposals_choosing one WHERE one.id = NEW.choosing_id AND one.theme_id = NEW.theme_id
            AND EXISTS (SELECT 1 FROM proposals_proposal p WHERE p.theme_id = one.theme_id AND p.author_id = NEW.account_id)) THEN
        RAISE EXCEPTION 'an author of the theme stands for it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stands BEFORE INSERT ON proposals_candidate FOR EACH ROW EXECUTE FUNCTION proposals_stands();
"""
UNHEARD = """
DROP TRIGGER heard ON proposals_voice; DROP TRIGGER stands ON proposals_candidate;
DROP FUNCTION proposals_heard(); DROP FUNCTION proposals_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0008_speakers")]
    operations = [
        migrations.RunSQL(HEARD, UNHEARD),
        protect(
            "proposals_choosing",
            SEEN,
            Policy("opened", "true", f"{role_in(*WRITERS)} AND {author_of('theme_id')}", command="INSERT"),
        ),
        protect(
            "proposals_candidate",
            SEEN,
            Policy("stood", "true", MINE, command="INSERT"),
            Policy("own", MINE, command="UPDATE"),
        ),
        # The term comes from the count alone.
        only("proposals_candidate", "own_words", "true", "text", "stood_at", "withdrawn_at"),
        fixed("proposals_candidate", "choosing_id", "theme_id", "account_id"),
        protect(
            "proposals_candidatename",
            Policy("own", candidate("candidatename", own("c.account_id", "account"))),
            Policy("everyone", "is_public", command="SELECT"),
            Policy("authors", candidate("candidatename", author_of("c.theme_id")), command="SELECT"),
            Policy("bodies", candidate("candidatename", BEFORE), command="SELECT"),
        ),
        # Whom somebody chose is his own secret until the count erases it.
        protect("proposals_voice", Policy("mine", MINE)),
        protect(
            "proposals_themewords",
            SEEN,
            Policy(
                "said",
                "true",
                candidate("themewords", f"c.since IS NOT NULL AND {own('c.account_id', 'account')}"),
                command="INSERT",
            ),
        ),
    ]
