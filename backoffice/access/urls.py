from django.urls import path

from backoffice.access import pages

urlpatterns = [
    path("verify/", pages.verify, name="verify"),
    path("second-factor/", pages.second_factor_page, name="second_factor"),
    path("second-factor/codes/", pages.renew_codes, name="renew_codes"),
    path("second-factor/remove/", pages.remove_second_factor, name="remove_second_factor"),
    path("sessions/", pages.own_sessions, name="own_sessions"),
    path("sessions/end/", pages.end_other_sessions, name="end_other_sessions"),
]
