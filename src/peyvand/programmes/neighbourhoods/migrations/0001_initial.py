import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from peyvand.scope.tables import together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('need', '0007_two_people'),
        ('people', '0006_access_given'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together(
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120)),
                ('role', models.CharField(choices=[('chair', 'Chair'), ('secretary', 'Secretary'), ('member', 'Member')], max_length=10)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='seat_period'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CouncilKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40, unique=True)),
                ('name_fa', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('level', models.CharField(choices=[('country', 'Country'), ('province', 'Province'), ('county', 'County'), ('district', 'District'), ('city', 'City'), ('rural_district', 'Rural district'), ('neighbourhood', 'Neighbourhood'), ('settlement', 'Settlement'), ('nomadic', 'Nomadic place')], max_length=20)),
                ('name_set', models.CharField(blank=True, default='', max_length=40)),
                ('is_temporary', models.BooleanField(default=False)),
                ('chair_fa', models.CharField(blank=True, default='', max_length=80)),
                ('chair_en', models.CharField(blank=True, default='', max_length=80)),
                ('quorum_percent', models.PositiveSmallIntegerField(default=50)),
                ('answer_days', models.PositiveSmallIntegerField(default=10)),
                ('source', models.CharField(max_length=200)),
                ('part_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='committees', to='neighbourhoods.councilkind')),
                ('upper', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='neighbourhoods.councilkind')),
            ],
            options={'constraints': [models.CheckConstraint(condition=models.Q(('answer_days__gte', 1), ('quorum_percent__lte', 100), models.Q(('source', ''), _negated=True)), name='council_kind_whole')]},
        ),
        migrations.CreateModel(
            name='Council',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('state', models.CharField(choices=[('standing', 'Standing'), ('dissolved', 'Dissolved')], max_length=10)),
                ('founded_at', models.DateTimeField()),
                ('dissolved_at', models.DateTimeField(null=True)),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('part_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='committees', to='neighbourhoods.council')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='neighbourhoods.councilkind')),
            ],
            options={'indexes': [models.Index(fields=['place_path', 'id'], name='council_place')], 'constraints': [models.UniqueConstraint(fields=('place', 'kind'), name='council_once_at_a_place'), models.CheckConstraint(condition=models.Q(models.Q(('dissolved_at__isnull', False), ('state', 'dissolved')), models.Q(('dissolved_at__isnull', True), ('state', 'standing')), _connector='OR'), name='council_dissolved_whole')]},
        ),
        migrations.CreateModel(
            name='DoubleHelp',
            fields=[
                ('need', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='need.need')),
                ('state', models.CharField(choices=[('new', 'New'), ('seen', 'Seen')], max_length=10)),
                ('noticed_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('seen_at__isnull', True), ('state', 'new')), models.Q(('seen_at__isnull', False), ('state', 'seen')), _connector='OR'), name='double_help_seen_whole')]},
        ),
        migrations.CreateModel(
            name='Objective',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('title', models.CharField(max_length=160)),
                ('dimension', models.CharField(choices=[('economic', 'Economic'), ('social', 'Social'), ('cultural', 'Cultural'), ('environmental', 'Environmental'), ('physical', 'Physical surroundings')], max_length=14)),
                ('measure', models.CharField(max_length=60)),
                ('target', models.PositiveIntegerField()),
                ('due_date', models.DateField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('reached', 'Reached'), ('dropped', 'Dropped')], max_length=10)),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['place_path', 'id'], name='objective_place'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('target__gte', 1)), name='objective_target'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='objective_closed_whole'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Obstacle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('owner_path', models.CharField(db_collation='C', max_length=200)),
                ('title', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('open', 'Open'), ('cleared', 'Cleared')], max_length=10)),
                ('told_at', models.DateTimeField()),
                ('handed_at', models.DateTimeField()),
                ('cleared_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={'indexes': [models.Index(fields=['place_path', 'id'], name='obstacle_place')], 'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cleared_at__isnull', False), ('state', 'cleared'), models.Q(('note', ''), _negated=True)), models.Q(('cleared_at__isnull', True), ('state', 'open')), _connector='OR'), name='obstacle_cleared_whole')]},
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('open', 'Not begun'), ('underway', 'Under way'), ('reported', 'Reported as done'), ('done', 'Done and confirmed'), ('dropped', 'Dropped')], max_length=10)),
                ('owner_path', models.CharField(db_collation='C', max_length=200)),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('decided_date', models.DateField()),
                ('due_date', models.DateField()),
                ('reported_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='neighbourhoods.council')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('reported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['place_path', 'due_date', 'id'], name='resolution_place'),
                    models.Index(fields=['owner_path', 'state'], name='resolution_owner'),
                    models.Index(fields=['due_date', 'id'], name='resolution_due'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('council', 'number'), name='resolution_number'),
                    models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('reported_by')), _negated=True), name='resolution_two_people'),
                    models.CheckConstraint(condition=models.Q(('due_date__gte', models.F('decided_date'))), name='resolution_due_after_decision'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ['done', 'dropped'])), models.Q(models.Q(('state__in', ['done', 'dropped']), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='resolution_closed_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['reported', 'done']), _negated=True), ('reported_at__isnull', False), _connector='OR'), name='resolution_done_was_reported'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ResolutionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=12)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('due_date', models.DateField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='neighbourhoods.resolution')),
            ],
        ),
        migrations.CreateModel(
            name='SeatHolder',
            fields=[
                ('seat', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='holder', serialize=False, to='neighbourhoods.seat')),
                ('name', models.CharField(max_length=120)),
            ],
        ),
        migrations.AddField(
            model_name='seat',
            name='council',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='neighbourhoods.council'),
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('state', models.CharField(choices=[('called', 'Called'), ('held', 'Held, minutes open'), ('minuted', 'Minutes closed'), ('cancelled', 'Cancelled')], max_length=10)),
                ('date', models.DateField()),
                ('where', models.CharField(blank=True, default='', max_length=120)),
                ('called_at', models.DateTimeField()),
                ('seats', models.PositiveSmallIntegerField(default=0)),
                ('needed', models.PositiveSmallIntegerField(default=0)),
                ('present', models.PositiveSmallIntegerField(default=0)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='neighbourhoods.council')),
            ],
            options={'indexes': [models.Index(fields=['council', '-date'], name='session_newest')], 'constraints': [models.CheckConstraint(condition=models.Q(('needed__lte', models.F('seats')), ('present__lte', models.F('seats'))), name='session_quorum_within_seats'), models.CheckConstraint(condition=models.Q(models.Q(('present', 0), ('state__in', ['called', 'cancelled'])), models.Q(('needed__gte', 1), ('state__in', ['held', 'minuted'])), _connector='OR'), name='session_held_whole')]},
        ),
        migrations.AddField(
            model_name='resolution',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='neighbourhoods.session'),
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='neighbourhoods.seat')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='neighbourhoods.session')),
            ],
            options={'constraints': [models.UniqueConstraint(fields=('session', 'seat'), name='present_once')]},
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=160)),
                ('said', models.CharField(blank=True, default='', max_length=500)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='neighbourhoods.session')),
            ],
            options={'constraints': [models.UniqueConstraint(fields=('session', 'position'), name='agenda_position')]},
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('promised', models.PositiveIntegerField()),
                ('done', models.PositiveIntegerField(default=0)),
                ('objective', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='neighbourhoods.objective')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
            ],
            options={'constraints': [models.UniqueConstraint(fields=('objective', 'organisation'), name='share_once'), models.CheckConstraint(condition=models.Q(('promised__gte', 1)), name='share_promised')]},
        ),
        migrations.CreateModel(
            name='TrustedPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('name', models.CharField(max_length=120)),
                ('agreed_date', models.DateField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
        ),
        migrations.CreateModel(
            name='Voice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=160)),
                ('body', models.CharField(max_length=1500)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for an answer'), ('answered', 'Answered'), ('settled', 'Settled'), ('withdrawn', 'Withdrawn')], max_length=10)),
                ('at_path', models.CharField(db_collation='C', max_length=200)),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('sent_at', models.DateTimeField()),
                ('answer_by', models.DateField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('at', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='neighbourhoods.council')),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voices', to='neighbourhoods.council')),
            ],
            options={'indexes': [models.Index(fields=['place_path', 'answer_by', 'id'], name='voice_place')], 'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ['settled', 'withdrawn'])), models.Q(models.Q(('state__in', ['settled', 'withdrawn']), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='voice_closed_whole'), models.CheckConstraint(condition=models.Q(('council', models.F('at')), _negated=True), name='voice_goes_up')]},
        ),
        migrations.CreateModel(
            name='Rung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('arrived_at', models.DateTimeField()),
                ('answer_by', models.DateField()),
                ('left_at', models.DateTimeField(null=True)),
                ('asked', models.CharField(blank=True, default='', max_length=1500)),
                ('answer', models.CharField(blank=True, default='', max_length=1500)),
                ('passed_on', models.BooleanField(default=False)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='neighbourhoods.council')),
                ('voice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rungs', to='neighbourhoods.voice')),
            ],
            options={'constraints': [models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('voice',), name='voice_at_one_rung'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('left_at__isnull', True), ('passed_on', False)), ('left_at__isnull', False), _connector='OR'), name='rung_left_whole')]},
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=24)),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='neighbourhoods.council')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('voice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hearings', to='neighbourhoods.voice')),
            ],
            options={'constraints': [models.UniqueConstraint(fields=('voice', 'council', 'account'), name='heard_once')]},
        ),
        migrations.CreateModel(
            name='BoardSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_path', models.CharField(db_collation='C', max_length=200)),
                ('organisation_path', models.CharField(db_collation='C', max_length=200)),
                ('role', models.CharField(choices=[('lead', 'Lead agency'), ('member', 'Accompanying agency'), ('guest', 'Guest')], max_length=10)),
                ('state', models.CharField(choices=[('asked', 'Asks to join'), ('on_board', 'On the board'), ('declined', 'Declined'), ('left', 'Has left')], max_length=10)),
                ('stands_for', models.CharField(blank=True, default='', max_length=20)),
                ('asked_at', models.DateTimeField()),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['place_path', 'id'], name='board_place'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('since__gte', '2000-01-01'), models.Q(('until__isnull', True), ('until__gte', django.db.models.expressions.CombinedExpression(models.F('since'), '-', models.Value(datetime.timedelta(days=1)))), _connector='OR')), name='board_period'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['declined', 'left']), ('until__isnull', False)), models.Q(('state__in', ['asked', 'on_board']), ('until__isnull', True)), _connector='OR'), name='board_left_whole'),
                    models.CheckConstraint(condition=models.Q(('role', 'lead'), ('state__in', ['asked', 'declined']), _negated=True), name='board_lead_is_set'),
                    models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('place', 'organisation'), name='board_once'),
                    models.UniqueConstraint(condition=models.Q(('state', 'on_board'), models.Q(('stands_for', ''), _negated=True)), fields=('place', 'stands_for'), name='board_one_stands'),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('role', 'chair'), ('until__isnull', True)), fields=('council',), name='council_one_chair'),
        ),
    )
