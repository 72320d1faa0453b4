from django.db import migrations

# A row that finds room on its own page when it changes leaves the indexes of its table alone.
ROOM = {"inventory_item": 60, "inventory_stocklevel": 50}


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table, percent in ROOM.items():
            schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def leave_none(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in ROOM:
            schema_editor.execute(f"ALTER TABLE {table} RESET (fillfactor)")


class Migration(migrations.Migration):
    """PostgreSQL fills pages to the brim unless told otherwise; stock changes with every order."""

    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunPython(leave_room, leave_none)]
