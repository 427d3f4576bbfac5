from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commitment', '0017_refused_by_the_family'),
    ]

    operations = [
        migrations.AddField(
            model_name='suggestion',
            name='why',
            field=models.CharField(blank=True, choices=[('only', 'The only offer within reach'), ('nearest', 'No other offer within reach is nearer'), ('moved', 'The nearest one has nothing left'), ('within_reach', 'Within reach, and by it the most pressing needs are served')], default='', max_length=12),
        ),
        migrations.AlterField(
            model_name='suggestion',
            name='gave_way',
            field=models.CharField(blank=True, choices=[('moved', 'Another offer is proposed instead'), ('not_needed', 'The need no longer lacks anything, or is closed'), ('undone', 'The run that had proposed it was undone'), ('no_capacity', 'No one offers this kind of help'), ('out_of_reach', 'Those who offer it do not reach this place'), ('refused', 'Those who reach this place do not fit what is asked'), ('below_lot', 'What is left would be less than the smallest lot of those who offer it'), ('not_shared', 'It may not be shared, and nobody has all of it left'), ('together', 'It goes together with other needs, and not all of them could be served'), ('week', 'Those who could reach it take on no more this week'), ('held_back', 'The programme it belongs to does not let it be promised to yet'), ('proposed', 'What could reach it stands proposed to needs of another office or territory, without an answer yet'), ('taken', 'What was found for it was promised to another need while the matching ran; the next run looks again'), ('full', 'All that could reach it is promised to needs of the same or higher priority')], default='', max_length=14),
        ),
        migrations.AlterField(
            model_name='unserved',
            name='reason',
            field=models.CharField(choices=[('no_capacity', 'No one offers this kind of help'), ('out_of_reach', 'Those who offer it do not reach this place'), ('refused', 'Those who reach this place do not fit what is asked'), ('below_lot', 'What is left would be less than the smallest lot of those who offer it'), ('not_shared', 'It may not be shared, and nobody has all of it left'), ('together', 'It goes together with other needs, and not all of them could be served'), ('week', 'Those who could reach it take on no more this week'), ('held_back', 'The programme it belongs to does not let it be promised to yet'), ('proposed', 'What could reach it stands proposed to needs of another office or territory, without an answer yet'), ('taken', 'What was found for it was promised to another need while the matching ran; the next run looks again'), ('full', 'All that could reach it is promised to needs of the same or higher priority')], max_length=14),
        ),
    ]
