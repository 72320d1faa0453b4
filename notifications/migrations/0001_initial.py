import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('history', '0001_initial'),
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CapturedMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient', models.CharField(max_length=320, verbose_name='recipient')),
                ('subject', models.CharField(max_length=998, verbose_name='subject')),
                ('text', models.TextField(verbose_name='text')),
                ('html', models.TextField(blank=True)),
                ('message_id', models.CharField(max_length=120, unique=True, verbose_name='message id')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
            ],
            options={
                'verbose_name': 'captured mail',
                'verbose_name_plural': 'captured mails',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('order_confirmed', 'order confirmed')], max_length=30, verbose_name='event')),
                ('recipient', models.EmailField(max_length=254, verbose_name='recipient')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('sending', 'sending'), ('accepted', 'accepted'), ('failed', 'failed'), ('withheld', 'not sent, as was chosen')], db_index=True, default='queued', max_length=10, verbose_name='state')),
                ('dedupe_key', models.CharField(max_length=120, unique=True)),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True)),
                ('message_id', models.CharField(blank=True, max_length=120, verbose_name='message id')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name="provider's words")),
                ('created_at', models.DateTimeField(verbose_name='queued')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='accepted')),
                ('change_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='history.changeset')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'ordering': ['-pk'],
                'permissions': [('export_notification', 'Can export notifications')],
            },
        ),
    ]
