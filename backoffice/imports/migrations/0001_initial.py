import backoffice.imports.models
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
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
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('file', models.FileField(upload_to=backoffice.imports.models.private_name)),
                ('original_name', models.CharField(max_length=120, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField(verbose_name='bytes')),
                ('sheet', models.CharField(blank=True, max_length=100, verbose_name='sheet')),
                ('state', models.CharField(choices=[('uploaded', 'columns to match'), ('matched', 'to be checked'), ('checking', 'being checked'), ('checked', 'waiting for you'), ('applying', 'being applied'), ('applied', 'applied'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='uploaded', max_length=10, verbose_name='state')),
                ('header', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('defaults', models.JSONField(default=dict)),
                ('options', models.JSONField(default=dict)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('only_good', models.BooleanField(default=False, verbose_name='good rows only')),
                ('header_fingerprint', models.CharField(blank=True, max_length=64)),
                ('new', models.PositiveIntegerField(default=0, verbose_name='new')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='unchanged')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='refused')),
                ('left_out', models.PositiveIntegerField(default=0, verbose_name='left out')),
                ('skipped', models.PositiveIntegerField(default=0, verbose_name='skipped')),
                ('applied', models.PositiveIntegerField(default=0, verbose_name='applied')),
                ('rows_total', models.PositiveIntegerField(default=0)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('position', models.CharField(blank=True, max_length=200)),
                ('notices', models.JSONField(default=list)),
                ('problems', models.JSONField(default=list)),
                ('effects', models.JSONField(default=list)),
                ('newest_act', models.PositiveBigIntegerField(default=0)),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='uploaded')),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('change_set', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-pk'],
                'permissions': [('export_importrun', 'Can export the list of imports')],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('column', models.CharField(blank=True, max_length=40)),
                ('value', models.TextField(blank=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='imports.importrun')),
            ],
            options={
                'ordering': ['row', 'column'],
            },
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(fields=['kind', 'header_fingerprint'], name='import_kind_header'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('applied__lte', django.db.models.expressions.CombinedExpression(models.F('new'), '+', models.F('changed')))), name='import_applied_within_checked'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.UniqueConstraint(fields=('run', 'row', 'column'), name='correction_once'),
        ),
    ]
