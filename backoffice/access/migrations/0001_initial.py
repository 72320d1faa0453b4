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
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('user_id', models.BigIntegerField(db_index=True, null=True)),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='address')),
                ('agent', models.CharField(blank=True, max_length=200, verbose_name='browser')),
                ('begun', models.DateTimeField(null=True, verbose_name='signed in')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('in', 'signed in'), ('out', 'signed out'), ('failed', 'failed to sign in'), ('locked', 'locked out'), ('code', 'gave a wrong code'), ('2fa-on', 'set up a second factor'), ('2fa-off', 'lost the second factor'), ('password', 'got a new password'), ('rights', 'got other rights'), ('ended', 'ended other sessions'), ('download', 'downloaded')], max_length=10, verbose_name='what')),
                ('user_name', models.CharField(blank=True, max_length=150, verbose_name='who')),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='by')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='address')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='detail')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'security event',
                'verbose_name_plural': 'security events',
                'ordering': ['-pk'],
            },
        ),
    ]
