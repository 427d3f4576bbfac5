from django.db import migrations


_HEAD = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$"
# As before, with the state in which a vote is being counted: ballots are written in it alone.
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION votes_kept() {_HEAD}
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('draft', 'open'), ('open', 'closed'), ('closed', 'counting'),
        ('counting', 'counted'), ('counting', 'closed'),
        ('draft', 'cancelled'), ('open', 'cancelled'), ('closed', 'cancelled')) AND NOT (NEW.example AND OLD.state = 'draft') THEN
        RAISE EXCEPTION 'a vote does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' AND (OLD.method, OLD.kind, OLD.utility, OLD.completion, OLD.step, OLD.ties, OLD.budget, OLD.seats,
        OLD.threshold, OLD.skip, OLD.most_choices, OLD.most_points, OLD.lot, OLD.example) IS DISTINCT FROM (NEW.method, NEW.kind, NEW.utility,
        NEW.completion, NEW.step, NEW.ties, NEW.budget, NEW.seats, NEW.threshold, NEW.skip, NEW.most_choices, NEW.most_points, NEW.lot, NEW.example) THEN
        RAISE EXCEPTION 'the rule of a vote is fixed once it is open' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'counted' AND (OLD.result, OLD.counted, OLD.counted_at) IS DISTINCT FROM (NEW.result, NEW.counted, NEW.counted_at) THEN
        RAISE EXCEPTION 'a count stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION votes_ballot_fixed() {_HEAD}
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM votes_vote WHERE id = NEW.vote_id AND (state = 'counting' OR example AND state = 'draft')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ballots are written by the count and never changed' USING ERRCODE = 'check_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("votes", "0006_most_points")]
    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
