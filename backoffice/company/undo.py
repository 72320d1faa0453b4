from backoffice.company.models import Company
from backoffice.history import undo
from backoffice.history.undo import Way


def contribute():
    undo.contribute(CompanyWay)


class CompanyWay(Way):
    model = Company
