from django.db import migrations


def create_sequence(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE IF NOT EXISTS orders_order_number START 1001")


def drop_sequence(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE IF EXISTS orders_order_number")


class Migration(migrations.Migration):
    """Order numbers on PostgreSQL; SQLite counts under its write lock (see orders.numbering)."""

    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(create_sequence, drop_sequence)]
