import django.db.models.deletion
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
                ('source', models.CharField(choices=[('admin', 'admin'), ('import', 'import'), ('command', 'command'), ('worker', 'worker'), ('demo', 'demo'), ('system', 'system')], max_length=10, verbose_name='source')),
                ('summary', models.CharField(max_length=300, verbose_name='what')),
                ('reason', models.TextField(verbose_name='why')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'change set',
                'verbose_name_plural': 'activity',
                'permissions': [('undo_changeset', 'Can undo a change set'), ('export_changeset', 'Can export change sets')],
            },
        ),
    ]
