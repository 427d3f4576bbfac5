from django.db import migrations

# Two rules that hold over more rows than one, asked at the end of a statement under the locks that the acts take anyway. Both
# functions run as the owner: one side does not see all of the other's rows.
#
# What goes together is promised or proposed whole or not at all. Asked where something is added; what ends leaves a group
# lacking until the next run, as people decide.
WHOLE = """
CREATE FUNCTION together_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lacking_one bigint;
BEGIN
    SELECT member.id INTO lacking_one FROM need_need member
        WHERE member.state <> 'closed' AND member.committed < member.quantity
        AND member.together IN (SELECT need.together FROM fresh JOIN need_need need ON need.id = fresh.need_id
            WHERE need.together IS NOT NULL)
        AND member.quantity - member.committed > (SELECT coalesce(sum(quantity), 0) FROM commitment_suggestion
            WHERE need_id = member.id AND state = 'proposed')
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'need % would be left lacking by those it goes together with', lacking_one
            USING ERRCODE = 'check_violation', CONSTRAINT = 'together_whole';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER together_whole AFTER INSERT ON commitment_suggestion
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION together_whole();
CREATE TRIGGER together_whole AFTER INSERT ON commitment_commitment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION together_whole();
"""
APART = """
DROP TRIGGER together_whole ON commitment_suggestion;
DROP TRIGGER together_whole ON commitment_commitment;
DROP FUNCTION together_whole();
"""
# No provider takes on more than his week: all promises of one kind since Saturday (Tehran), of all his offers of it. Asked of what
# is promised, and of what comes back to a promise, never of a limit that is lowered: what was promised before stays. Two at once
# wait for each other on the lock of the provider, the same that `commit` takes before it counts.
WEEK = """
CREATE FUNCTION week_not_exceeded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
    units bigint;
BEGIN
    FOR one IN
        SELECT giver.organisation_id AS organisation, giver.provider_person_id AS person, giver.specification_id AS kind,
            min(limited.most_a_week) AS most, min(asked.week) AS week
        FROM (SELECT DISTINCT capacity_id,
                day - (extract(dow FROM day)::int + 1) % 7 AS week
            FROM (SELECT capacity_id, (offered_at AT TIME ZONE 'Asia/Tehran')::date AS day FROM fresh) told) asked
        JOIN capacity_capacity giver ON giver.id = asked.capacity_id
        JOIN capacity_capacity limited ON limited.organisation_id = giver.organisation_id
            AND limited.specification_id = giver.specification_id
            AND limited.provider_person_id IS NOT DISTINCT FROM giver.provider_person_id
            AND limited.most_a_week IS NOT NULL AND limited.state = 'open'
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(
            format('week (%s, %s, %s)', one.organisation, coalesce(one.person::text, 'None'), one.kind), 0));
        SELECT coalesce(sum(promise.quantity - promise.released), 0) INTO units
            FROM commitment_commitment promise JOIN capacity_capacity giver ON giver.id = promise.capacity_id
            WHERE giver.organisation_id = one.organisation AND giver.specification_id = one.kind
            AND giver.provider_person_id IS NOT DISTINCT FROM one.person
            AND promise.offered_at >= (one.week::timestamp AT TIME ZONE 'Asia/Tehran');
        IF units > one.most THEN
            RAISE EXCEPTION 'provider % takes on at most % a week of kind %', one.organisation, one.most, one.kind
                USING ERRCODE = 'check_violation', CONSTRAINT = 'week_not_exceeded';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER week_not_exceeded AFTER INSERT ON commitment_commitment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION week_not_exceeded();
"""
WITHOUT = """
DROP TRIGGER week_not_exceeded ON commitment_commitment;
DROP FUNCTION week_not_exceeded();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commitment", "0017_refused_by_the_family"),
        ("need", "0011_together"),
        ("capacity", "0007_limited"),
    ]
    operations = [migrations.RunSQL(WHOLE, APART), migrations.RunSQL(WEEK, WITHOUT)]
