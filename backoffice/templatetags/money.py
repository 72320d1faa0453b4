from django import template

from backoffice import money

register = template.Library()
register.filter("amount", money.amount)
register.filter("money", money.money)
register.filter("percent", money.percent)
