import backoffice.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('history', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='At the top of every page, paper and message.', max_length=80, verbose_name='name')),
                ('address', backoffice.fields.LinesField(blank=True, max_length=200, verbose_name='address')),
                ('tax_number', models.CharField(blank=True, max_length=40, verbose_name='tax number')),
                ('contact', models.CharField(blank=True, help_text='Phone, mail or site: what is printed on papers.', max_length=80, verbose_name='contact')),
                ('currency', models.CharField(help_text='Written beside amounts. No amount is converted.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}\\Z', 'Use the three capital letters of a currency, such as EUR.')], verbose_name='currency')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'company',
                'default_permissions': ('view', 'change'),
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='company_one')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCompany',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False)),
                ('name', models.CharField(help_text='At the top of every page, paper and message.', max_length=80, verbose_name='name')),
                ('address', backoffice.fields.LinesField(blank=True, max_length=200, verbose_name='address')),
                ('tax_number', models.CharField(blank=True, max_length=40, verbose_name='tax number')),
                ('contact', models.CharField(blank=True, help_text='Phone, mail or site: what is printed on papers.', max_length=80, verbose_name='contact')),
                ('currency', models.CharField(help_text='Written beside amounts. No amount is converted.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}\\Z', 'Use the three capital letters of a currency, such as EUR.')], verbose_name='currency')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical company',
                'verbose_name_plural': 'historical company',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [models.Index(fields=['id', 'history_id', 'history_date'], name='hcompany_version'), models.Index(fields=['change_set', 'history_id'], name='hcompany_act'), models.Index(condition=models.Q(('history_type', '-')), fields=['history_id'], name='hcompany_deleted')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
