import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import inventory.fields
import inventory.models
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('history', '0001_initial'),
        ('imports', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(help_text='Item code, shown as typed.', max_length=100, verbose_name='SKU')),
                ('sku_key', models.CharField(editable=False, max_length=200, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('barcode', models.CharField(blank=True, max_length=64, verbose_name='barcode')),
                ('category', models.CharField(blank=True, db_index=True, max_length=100, verbose_name='category')),
                ('condition', models.CharField(choices=[('new', 'new'), ('used', 'used'), ('refurbished', 'refurbished'), ('damaged', 'damaged')], default='new', max_length=20, verbose_name='condition')),
                ('unit_price', inventory.fields.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price')),
                ('cost', inventory.fields.MoneyField(decimal_places=2, default=Decimal('0'), help_text='What one unit costs the company.', max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='cost')),
                ('tax_rate', inventory.fields.PercentField(default=inventory.models.default_tax_rate, help_text='Prices are net of tax.', verbose_name='tax %')),
                ('is_stocked', models.BooleanField(default=True, help_text='Off for shipping and services.', verbose_name='kept in stock')),
                ('oversell', models.CharField(choices=[('block', 'refuse'), ('backorder', 'take what there is, the rest waits')], default='block', max_length=10, verbose_name='when stock is short')),
                ('is_active', models.BooleanField(default=True, help_text='Off hides it from new orders.', verbose_name='active')),
            ],
            options={
                'verbose_name': 'item',
                'verbose_name_plural': 'items',
                'ordering': ['sku_key'],
                'permissions': [('import_item', 'Can import items'), ('export_item', 'Can export items')],
                'indexes': [models.Index(condition=models.Q(('condition', 'new'), _negated=True), fields=['condition', 'sku_key'], name='item_not_new')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('barcode', ''), _negated=True), fields=('barcode',), name='item_barcode_unique', violation_error_message='Another item has this barcode.'), models.CheckConstraint(condition=models.Q(('unit_price__gte', 0), ('cost__gte', 0)), name='item_money_not_negative', violation_error_message='Price and cost cannot be negative.'), models.CheckConstraint(condition=models.Q(('tax_rate__gte', 0), ('tax_rate__lte', 100)), name='item_tax_rate_bounded', violation_error_message='The tax rate is a percentage from 0 to 100.')],
            },
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, help_text='Where orders are served from.', verbose_name='default')),
            ],
            options={
                'verbose_name': 'location',
                'verbose_name_plural': 'locations',
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='location_one_default', violation_error_message='Another location is the default already.')],
            },
        ),
        migrations.CreateModel(
            name='StockLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on_hand', inventory.fields.LedgerField(verbose_name='on hand')),
                ('allocated', inventory.fields.LedgerField(verbose_name='allocated')),
                ('available', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('on_hand'), '-', models.F('allocated')), output_field=models.IntegerField(verbose_name='available'), verbose_name='available')),
                ('reorder_level', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='reorder level')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='levels', to='inventory.item', verbose_name='item')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='levels', to='inventory.location', verbose_name='location')),
            ],
            options={
                'verbose_name': 'stock level',
                'verbose_name_plural': 'stock levels',
                'ordering': ['pk'],
                'permissions': [('adjust_stocklevel', 'Can receive, adjust and count stock'), ('export_stocklevel', 'Can export stock levels')],
            },
        ),
        migrations.CreateModel(
            name='StagedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('action', models.CharField(blank=True, choices=[('new', 'new'), ('changed', 'changed'), ('unchanged', 'unchanged'), ('refused', 'refused'), ('left_out', 'left out')], max_length=9)),
                ('problems', models.JSONField(default=list)),
                ('applied', models.BooleanField(db_default=False)),
                ('sku', models.CharField(blank=True, max_length=100)),
                ('sku_key', models.CharField(blank=True, max_length=200)),
                ('name', models.CharField(max_length=200, null=True)),
                ('barcode', models.CharField(max_length=64, null=True)),
                ('category', models.CharField(max_length=100, null=True)),
                ('condition', models.CharField(max_length=20, null=True)),
                ('unit_price', inventory.fields.MoneyField(decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('cost', inventory.fields.MoneyField(decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('tax_rate', inventory.fields.PercentField(null=True)),
                ('quantity', models.IntegerField(null=True)),
                ('reorder_level', models.IntegerField(null=True)),
                ('checked_history_id', models.BigIntegerField(null=True)),
                ('checked_level_history_id', models.BigIntegerField(null=True)),
                ('checked_movement_id', models.BigIntegerField(null=True)),
                ('checked_on_hand', models.IntegerField(db_default=0)),
                ('delta', models.IntegerField(db_default=0)),
                ('item_differs', models.BooleanField(db_default=False)),
                ('level_differs', models.BooleanField(db_default=False)),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.item')),
                ('location', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.location')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='imports.importrun')),
                ('level', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.stocklevel')),
            ],
            options={
                'ordering': ['row'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StockMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('receipt', 'receipt'), ('adjustment', 'adjustment'), ('count', 'count'), ('allocation', 'allocation'), ('release', 'release'), ('shipment', 'shipment'), ('return', 'return'), ('transfer_out', 'transfer out'), ('transfer_in', 'transfer in')], max_length=12, verbose_name='kind')),
                ('on_hand_delta', models.IntegerField(default=0, verbose_name='on hand ±')),
                ('allocated_delta', models.IntegerField(default=0, verbose_name='allocated ±')),
                ('on_hand_after', models.IntegerField(verbose_name='on hand after')),
                ('allocated_after', models.IntegerField(verbose_name='allocated after')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('reference', models.CharField(blank=True, help_text='The document, for people.', max_length=60, verbose_name='reference')),
                ('source_kind', models.CharField(blank=True, max_length=40)),
                ('source_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(verbose_name='when')),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='history.changeset')),
                ('level', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='inventory.stocklevel')),
            ],
            options={
                'verbose_name': 'stock movement',
                'verbose_name_plural': 'stock movements',
                'ordering': ['-pk'],
                'permissions': [('export_stockmovement', 'Can export stock movements')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalItem',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('sku', models.CharField(help_text='Item code, shown as typed.', max_length=100, verbose_name='SKU')),
                ('sku_key', models.CharField(editable=False, max_length=200)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('barcode', models.CharField(blank=True, max_length=64, verbose_name='barcode')),
                ('category', models.CharField(blank=True, max_length=100, verbose_name='category')),
                ('condition', models.CharField(choices=[('new', 'new'), ('used', 'used'), ('refurbished', 'refurbished'), ('damaged', 'damaged')], default='new', max_length=20, verbose_name='condition')),
                ('unit_price', inventory.fields.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price')),
                ('cost', inventory.fields.MoneyField(decimal_places=2, default=Decimal('0'), help_text='What one unit costs the company.', max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='cost')),
                ('tax_rate', inventory.fields.PercentField(default=inventory.models.default_tax_rate, help_text='Prices are net of tax.', verbose_name='tax %')),
                ('is_stocked', models.BooleanField(default=True, help_text='Off for shipping and services.', verbose_name='kept in stock')),
                ('oversell', models.CharField(choices=[('block', 'refuse'), ('backorder', 'take what there is, the rest waits')], default='block', max_length=10, verbose_name='when stock is short')),
                ('is_active', models.BooleanField(default=True, help_text='Off hides it from new orders.', verbose_name='active')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical item',
                'verbose_name_plural': 'historical items',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [models.Index(fields=['id', 'history_id', 'history_date'], name='hitem_version'), models.Index(fields=['change_set', 'history_id'], name='hitem_act'), models.Index(condition=models.Q(('history_type', '-')), fields=['history_id'], name='hitem_deleted')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalLocation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('code', models.SlugField(db_index=False, max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, help_text='Where orders are served from.', verbose_name='default')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical location',
                'verbose_name_plural': 'historical locations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [models.Index(fields=['id', 'history_id', 'history_date'], name='hlocation_version'), models.Index(fields=['change_set', 'history_id'], name='hlocation_act'), models.Index(condition=models.Q(('history_type', '-')), fields=['history_id'], name='hlocation_deleted')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStockLevel',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('reorder_level', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='reorder level')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.item', verbose_name='item')),
                ('location', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.location', verbose_name='location')),
            ],
            options={
                'verbose_name': 'historical stock level',
                'verbose_name_plural': 'historical stock levels',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [models.Index(fields=['id', 'history_id', 'history_date'], name='hstocklevel_version'), models.Index(fields=['change_set', 'history_id'], name='hstocklevel_act'), models.Index(condition=models.Q(('history_type', '-')), fields=['history_id'], name='hstocklevel_deleted')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.UniqueConstraint(fields=('item', 'location'), name='level_item_location_unique'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('allocated__gte', 0), ('allocated__lte', models.F('on_hand'))), name='level_allocated_within_on_hand', violation_error_message='More would be promised than is on the shelf.'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('on_hand__lte', 1000000000)), name='level_on_hand_bounded'),
        ),
        migrations.AddIndex(
            model_name='stageditem',
            index=models.Index(fields=['run', 'action', 'row'], name='stageditem_action'),
        ),
        migrations.AddIndex(
            model_name='stageditem',
            index=models.Index(fields=['run', 'sku_key'], name='stageditem_key'),
        ),
        migrations.AddConstraint(
            model_name='stageditem',
            constraint=models.UniqueConstraint(fields=('run', 'row'), name='stageditem_once'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['level', '-id', 'created_at', 'on_hand_after'], name='movement_level_newest'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['change_set', 'id'], name='movement_act'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['kind', 'id'], name='movement_kind'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(fields=['reference'], name='movement_reference', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(condition=models.Q(('source_id__isnull', False)), fields=['source_kind', 'source_id'], name='movement_source'),
        ),
    ]
