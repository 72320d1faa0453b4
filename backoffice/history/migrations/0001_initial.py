import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_name', models.CharField(max_length=150, verbose_name='who')),
                ('source', models.CharField(choices=[('admin', 'admin'), ('import', 'import'), ('command', 'command'), ('worker', 'worker'), ('undo', 'undo'), ('demo', 'demo'), ('system', 'system')], max_length=10, verbose_name='source')),
                ('summary', models.CharField(max_length=300, verbose_name='what')),
                ('reason', models.TextField(verbose_name='why')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'change set',
                'verbose_name_plural': 'activity',
                'permissions': [('undo_changeset', 'Can undo a change set'), ('export_changeset', 'Can export change sets'), ('remove_history', 'Can remove old history')],
            },
        ),
        migrations.CreateModel(
            name='Door',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_open_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='history.door')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField()),
                ('text', models.TextField(max_length=2000, verbose_name='note')),
                ('change_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
            },
        ),
        migrations.CreateModel(
            name='Undo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(blank=True, max_length=120)),
                ('reason', models.TextField(verbose_name='why')),
                ('ticked', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('going', 'going back'), ('done', 'done')], default='going', max_length=5, verbose_name='state')),
                ('stands', models.BooleanField(default=True)),
                ('records', models.PositiveIntegerField(default=0)),
                ('records_done', models.PositiveIntegerField(default=0)),
                ('position', models.JSONField(default=list)),
                ('left', models.JSONField(default=list)),
                ('left_count', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset', verbose_name='what undid it')),
                ('undone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='undos', to='history.changeset', verbose_name='what is undone')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'undo',
                'verbose_name_plural': 'undos',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(fields=['-at', '-id'], name='changeset_newest'),
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(fields=['user', '-at', '-id'], name='changeset_user'),
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(fields=['source', '-at', '-id'], name='changeset_source'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['kind', 'object_id', '-id'], name='note_record_newest'),
        ),
        migrations.AddIndex(
            model_name='undo',
            index=models.Index(fields=['by'], name='undo_by'),
        ),
        migrations.AddConstraint(
            model_name='undo',
            constraint=models.UniqueConstraint(condition=models.Q(('part', ''), ('stands', True)), fields=('undone',), name='undo_whole_act_once'),
        ),
    ]
