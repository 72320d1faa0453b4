from django.db.models.signals import post_migrate
from simple_history.signals import pre_create_historical_record

from backoffice.history import append_only, change_sets


def connect():
    pre_create_historical_record.connect(sign_history_row, dispatch_uid="history.sign_history_row")
    post_migrate.connect(guard_append_only, dispatch_uid="history.guard_append_only")


def sign_history_row(history_instance, **kwargs):
    act = change_sets.acting()
    history_instance.change_set = act.row()
    history_instance.history_user_id = act.user_id
    history_instance.history_date = change_sets.now()


def guard_append_only(app_config, using, **kwargs):
    append_only.install(using, app_config.label)
