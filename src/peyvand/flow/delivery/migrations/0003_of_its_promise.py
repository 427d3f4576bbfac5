from django.db import migrations

from peyvand.scope.policies import IS_STAFF, kept_through

OF_ITS_PROMISE = """
CREATE FUNCTION delivery_of_its_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM commitment_commitment one WHERE one.id = NEW.commitment_id AND one.place_path = NEW.place_path
            AND one.asker_path = NEW.asker_path AND one.giver_path = NEW.giver_path) THEN
        RAISE EXCEPTION 'a delivery belongs to a promise that is seen' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER of_its_promise BEFORE INSERT ON delivery_delivery FOR EACH ROW WHEN (current_user = 'peyvand_app')
    EXECUTE FUNCTION delivery_of_its_promise();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_row_security"), ("commitment", "0005_narrow_locks")]
    operations = [
        migrations.RunSQL(
            OF_ITS_PROMISE, "DROP TRIGGER of_its_promise ON delivery_delivery; DROP FUNCTION delivery_of_its_promise();"
        ),
        *kept_through("delivery_proof", "delivery_delivery", "delivery_id", IS_STAFF),
    ]
