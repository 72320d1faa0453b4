import backoffice.exports.models
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
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('label', models.CharField(max_length=200, verbose_name='what')),
                ('format', models.CharField(max_length=4, verbose_name='format')),
                ('resource', models.PositiveSmallIntegerField(default=0)),
                ('columns', models.JSONField(default=list)),
                ('query', models.TextField(blank=True)),
                ('selected', models.JSONField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('writing', 'being written'), ('ready', 'ready'), ('failed', 'failed'), ('expired', 'expired')], default='waiting', max_length=7, verbose_name='state')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('file', models.FileField(default=backoffice.exports.models.private_name, upload_to='')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='bytes')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked for')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('expires_at', models.DateTimeField(db_index=True, default=backoffice.exports.models.expiry, verbose_name='kept until')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
    ]
