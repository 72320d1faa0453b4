from django.db import transaction
from django.db.models.signals import post_delete, post_save

from backoffice.company import who
from backoffice.company.models import Company


def connect():
    post_save.connect(forget_company, sender=Company, dispatch_uid="company.forget_company")
    post_delete.connect(forget_company, sender=Company, dispatch_uid="company.forget_company")


def forget_company(**kwargs):
    who.forget()
    transaction.on_commit(who.forget)  # another thread may have read it in between
