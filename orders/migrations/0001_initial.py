import backoffice.fields
import django.core.validators
import django.db.models.deletion
import inventory.fields
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('history', '0001_initial'),
        ('imports', '0001_initial'),
        ('inventory', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=150, verbose_name='name')),
                ('email', models.EmailField(blank=True, db_index=True, max_length=254, verbose_name='email')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('address', backoffice.fields.LinesField(blank=True, verbose_name='address')),
                ('told', models.CharField(choices=[('email', 'by email'), ('text', 'by text message'), ('both', 'by email and text message'), ('not', 'not at all')], default='email', max_length=5, verbose_name='wants to be told')),
                ('language', models.CharField(blank=True, choices=[('', "the shop's"), ('en', 'English'), ('de', 'Deutsch')], db_default='', default='', max_length=8, verbose_name='language of messages')),
                ('name_key', models.CharField(db_index=True, editable=False, max_length=300)),
                ('email_key', models.CharField(db_index=True, editable=False, max_length=300)),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'ordering': ['name', 'pk'],
                'permissions': [('import_customer', 'Can import customers'), ('export_customer', 'Can export customers')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(blank=True, editable=False, max_length=40, unique=True, verbose_name='number')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('confirmed', 'confirmed'), ('partly', 'partly shipped'), ('shipped', 'shipped'), ('cancelled', 'cancelled')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('due_date', models.DateField(blank=True, null=True, verbose_name='due')),
                ('address', backoffice.fields.LinesField(blank=True, help_text="Blank: the customer's address.", verbose_name='ship to')),
                ('note', backoffice.fields.LinesField(blank=True, verbose_name='note for the warehouse')),
                ('discount_percent', inventory.fields.PercentField(blank=True, default=Decimal('0'), help_text='Off the sum of the lines.', verbose_name='discount %')),
                ('tax_rate', inventory.fields.PercentField(blank=True, help_text="Blank: each item's own rate. 0 for customers abroad.", null=True, verbose_name='tax %')),
                ('total', inventory.fields.TotalField(decimal_places=2, max_digits=15, verbose_name='total')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('form_key', models.CharField(editable=False, max_length=40, null=True, unique=True)),
                ('created_at', models.DateTimeField(editable=False, verbose_name='entered')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='orders.customer', verbose_name='customer')),
                ('entered_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('location', models.ForeignKey(blank=True, default=None, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='served from')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'ordering': ['-pk'],
                'permissions': [('cancel_order', 'Can cancel an order'), ('ship_order', 'Can ship an order'), ('import_order', 'Can import orders'), ('export_order', 'Can export orders'), ('return_order', 'Can take back what was shipped'), ('override_order', 'Can let a line wait for stock although its item refuses')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalOrderLine',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000000)], verbose_name='quantity')),
                ('unit_price', inventory.fields.MoneyField(blank=True, decimal_places=2, default=None, help_text="Blank: today's price of the item.", max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price')),
                ('discount_percent', inventory.fields.PercentField(blank=True, default=Decimal('0'), verbose_name='discount %')),
                ('tax_rate', inventory.fields.PercentField(default=None, editable=False, verbose_name='tax %')),
                ('backorder', models.BooleanField(default=False, help_text="Takes what there is, although the item's rule is to refuse.", verbose_name='may wait')),
                ('backorder_reason', models.CharField(blank=True, max_length=200, verbose_name='why it may wait')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.item', verbose_name='item')),
                ('location', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Where the units are taken from. Blank: where the order is served from.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.location', verbose_name='from')),
                ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'historical line',
                'verbose_name_plural': 'historical lines',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000000)], verbose_name='quantity')),
                ('unit_price', inventory.fields.MoneyField(blank=True, decimal_places=2, default=None, help_text="Blank: today's price of the item.", max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price')),
                ('discount_percent', inventory.fields.PercentField(blank=True, default=Decimal('0'), verbose_name='discount %')),
                ('tax_rate', inventory.fields.PercentField(default=None, editable=False, verbose_name='tax %')),
                ('allocated', inventory.fields.LedgerField(verbose_name='allocated')),
                ('shipped', inventory.fields.LedgerField(verbose_name='shipped')),
                ('returned', inventory.fields.LedgerField(verbose_name='returned')),
                ('backorder', models.BooleanField(default=False, help_text="Takes what there is, although the item's rule is to refuse.", verbose_name='may wait')),
                ('backorder_reason', models.CharField(blank=True, max_length=200, verbose_name='why it may wait')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='order_lines', to='inventory.item', verbose_name='item')),
                ('location', models.ForeignKey(blank=True, help_text='Where the units are taken from. Blank: where the order is served from.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location', verbose_name='from')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'line',
                'verbose_name_plural': 'lines',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='StagedCustomer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('action', models.CharField(blank=True, choices=[('new', 'new'), ('changed', 'changed'), ('unchanged', 'unchanged'), ('refused', 'refused'), ('left_out', 'left out')], max_length=9)),
                ('problems', models.JSONField(default=list)),
                ('applied', models.BooleanField(db_default=False)),
                ('name', models.CharField(max_length=150, null=True)),
                ('email', models.CharField(max_length=254, null=True)),
                ('phone', models.CharField(max_length=20, null=True)),
                ('address', models.TextField(null=True)),
                ('told', models.CharField(max_length=5, null=True)),
                ('name_key', models.CharField(blank=True, max_length=300)),
                ('email_key', models.CharField(blank=True, max_length=300)),
                ('key', models.CharField(blank=True, max_length=302)),
                ('checked_history_id', models.BigIntegerField(null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.customer')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='imports.importrun')),
            ],
            options={
                'ordering': ['row'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StagedLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('action', models.CharField(blank=True, choices=[('new', 'new'), ('changed', 'changed'), ('unchanged', 'unchanged'), ('refused', 'refused'), ('left_out', 'left out')], max_length=9)),
                ('problems', models.JSONField(default=list)),
                ('applied', models.BooleanField(db_default=False)),
                ('number', models.CharField(blank=True, max_length=40)),
                ('customer_name', models.CharField(max_length=150, null=True)),
                ('email', models.CharField(max_length=254, null=True)),
                ('date', models.DateField(null=True)),
                ('due_date', models.DateField(null=True)),
                ('address', models.TextField(null=True)),
                ('note', models.TextField(null=True)),
                ('order_discount', inventory.fields.PercentField(null=True)),
                ('tax_rate', inventory.fields.PercentField(null=True)),
                ('sku', models.CharField(max_length=100, null=True)),
                ('barcode', models.CharField(max_length=64, null=True)),
                ('quantity', models.IntegerField(null=True)),
                ('unit_price', inventory.fields.MoneyField(decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
                ('discount_percent', inventory.fields.PercentField(null=True)),
                ('first_row', models.PositiveIntegerField(db_default=0)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.customer')),
                ('item', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.item')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.order')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='imports.importrun')),
            ],
            options={
                'ordering': ['row'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HistoricalCustomer',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('address', backoffice.fields.LinesField(blank=True, verbose_name='address')),
                ('told', models.CharField(choices=[('email', 'by email'), ('text', 'by text message'), ('both', 'by email and text message'), ('not', 'not at all')], default='email', max_length=5, verbose_name='wants to be told')),
                ('language', models.CharField(blank=True, choices=[('', "the shop's"), ('en', 'English'), ('de', 'Deutsch')], db_default='', default='', max_length=8, verbose_name='language of messages')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical customer',
                'verbose_name_plural': 'historical customers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [models.Index(fields=['id', 'history_id', 'history_date'], name='hcustomer_version'), models.Index(fields=['change_set', 'history_id'], name='hcustomer_act'), models.Index(condition=models.Q(('history_type', '-')), fields=['history_id'], name='hcustomer_deleted')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalOrder',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, verbose_name='ID')),
                ('number', models.CharField(blank=True, editable=False, max_length=40, verbose_name='number')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('confirmed', 'confirmed'), ('partly', 'partly shipped'), ('shipped', 'shipped'), ('cancelled', 'cancelled')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('due_date', models.DateField(blank=True, null=True, verbose_name='due')),
                ('address', backoffice.fields.LinesField(blank=True, help_text="Blank: the customer's address.", verbose_name='ship to')),
                ('note', backoffice.fields.LinesField(blank=True, verbose_name='note for the warehouse')),
                ('discount_percent', inventory.fields.PercentField(blank=True, default=Decimal('0'), help_text='Off the sum of the lines.', verbose_name='discount %')),
                ('tax_rate', inventory.fields.PercentField(blank=True, help_text="Blank: each item's own rate. 0 for customers abroad.", null=True, verbose_name='tax %')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(editable=False, verbose_name='entered')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('change_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.changeset')),
                ('customer', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.customer', verbose_name='customer')),
                ('entered_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('history_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('location', models.ForeignKey(blank=True, db_constraint=False, db_index=False, default=None, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.location', verbose_name='served from')),
            ],
            options={
                'verbose_name': 'historical order',
                'verbose_name_plural': 'historical orders',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
                'indexes': [models.Index(fields=['id', 'history_id', 'history_date'], name='horder_version'), models.Index(fields=['change_set', 'history_id'], name='horder_act'), models.Index(condition=models.Q(('history_type', '-')), fields=['history_id'], name='horder_deleted')],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['status', 'id'], name='order_status'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['total', 'id'], name='order_total'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['created_at', 'status', 'total'], name='order_entered'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status__in', ['confirmed', 'partly'])), fields=['confirmed_at'], name='order_to_ship'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status', 'draft')), fields=['created_at'], name='order_drafts'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('due_date__isnull', False)), fields=['due_date', 'id'], name='order_due'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['status', 'due_date'], name='order_overdue'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('discount_percent__gte', 0), ('discount_percent__lte', 100)), name='order_discount_bounded', violation_error_message='The discount is a percentage from 0 to 100.'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('tax_rate__isnull', True), models.Q(('tax_rate__gte', 0), ('tax_rate__lte', 100)), _connector='OR'), name='order_tax_rate_bounded', violation_error_message='The tax rate is a percentage from 0 to 100.'),
        ),
        migrations.AddIndex(
            model_name='historicalorderline',
            index=models.Index(fields=['id', 'history_id', 'history_date'], name='horderline_version'),
        ),
        migrations.AddIndex(
            model_name='historicalorderline',
            index=models.Index(fields=['change_set', 'history_id'], name='horderline_act'),
        ),
        migrations.AddIndex(
            model_name='historicalorderline',
            index=models.Index(condition=models.Q(('history_type', '-')), fields=['history_id'], name='horderline_deleted'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 1000000000)), name='line_quantity_bounded', violation_error_message='Use a whole number from 1 up.'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('shipped__gte', 0), ('shipped__lte', models.F('quantity'))), name='line_shipped_within_quantity', violation_error_message='Less than what was shipped already.'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('discount_percent__gte', 0), ('discount_percent__lte', 100), ('unit_price__gte', 0)), name='line_price_bounded', violation_error_message='A price is not negative, and a discount is a percentage from 0 to 100.'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('tax_rate__gte', 0), ('tax_rate__lte', 100)), name='line_tax_rate_bounded'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('allocated__gte', 0)), name='line_allocated_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('returned__gte', 0), ('returned__lte', models.F('shipped'))), name='line_returned_within_shipped'),
        ),
        migrations.AddIndex(
            model_name='stagedcustomer',
            index=models.Index(fields=['run', 'action', 'row'], name='stagedcustomer_action'),
        ),
        migrations.AddIndex(
            model_name='stagedcustomer',
            index=models.Index(fields=['run', 'key'], name='stagedcustomer_key'),
        ),
        migrations.AddConstraint(
            model_name='stagedcustomer',
            constraint=models.UniqueConstraint(fields=('run', 'row'), name='stagedcustomer_once'),
        ),
        migrations.AddIndex(
            model_name='stagedline',
            index=models.Index(fields=['run', 'action', 'row'], name='stagedline_action'),
        ),
        migrations.AddIndex(
            model_name='stagedline',
            index=models.Index(fields=['run', 'number'], name='stagedline_number'),
        ),
        migrations.AddIndex(
            model_name='stagedline',
            index=models.Index(fields=['run', 'first_row'], name='stagedline_first_row'),
        ),
        migrations.AddConstraint(
            model_name='stagedline',
            constraint=models.UniqueConstraint(fields=('run', 'row'), name='stagedline_once'),
        ),
    ]
