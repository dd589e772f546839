from __future__ import annotations

from taperplan.rooms import Room
from taperplan.routes import path

clinic = Room("taperplan.accounts.views.clinic")
joining = Room("taperplan.accounts.views.joining")
me = Room("taperplan.accounts.views.me")
notices = Room("taperplan.accounts.views.notices")
people = Room("taperplan.accounts.views.people")
protocol = Room("taperplan.accounts.views.protocol")


app_name = "accounts"
urlpatterns = [
    path("accounts/", people.accounts, name="list"),
    path("accounts/file/", people.accounts_file, name="file"),
    path("accounts/invite/", people.invite, name="invite"),
    path("accounts/me/", me.me, name="me"),
    path("accounts/me/clinic/", me.choose_clinic, name="choose-clinic"),
    path("accounts/me/sessions/end/", me.end_other_sessions, name="end-other-sessions"),
    path("accounts/me/sessions/<int:own_session>/end/", me.end_session, name="end-session"),
    path("accounts/join/<str:token>/", joining.join, name="join"),
    path("accounts/<int:membership>/", people.change, name="change"),
    path("accounts/<int:membership>/link/", people.link, name="link"),
    path("accounts/<int:membership>/invite-again/", people.invite_again, name="invite-again"),
    path("accounts/<int:membership>/withdraw/", people.withdraw, name="withdraw"),
    path("accounts/<int:membership>/new-password/", people.new_password, name="new-password"),
    path("accounts/<int:membership>/reactivate/", people.reactivate, name="reactivate"),
    path(
        "accounts/<int:membership>/reset-second-step/",
        people.reset_second_step,
        name="reset-second-step",
    ),
    path("test-messages/<uuid:test_message>/", me.test_message, name="test-message"),
    path("clinic/", clinic.clinic, name="clinic"),
    path("clinic/open/", clinic.open_clinic, name="open-clinic"),
    path("clinic/numbers/", clinic.numbers, name="numbers"),
    path("clinic/texts/", protocol.texts, name="texts"),
    path("clinic/texts/<slug:kind>/", protocol.text, name="text"),
    path("clinic/texts/<uuid:protocol_text>/confirm/", protocol.confirm_text, name="confirm-text"),
    path("clinic/levels/", protocol.levels, name="levels"),
    path("clinic/levels/<uuid:level_set>/confirm/", protocol.confirm_levels, name="confirm-levels"),
    path("clinic/escalation/", protocol.ladder, name="ladder"),
    path("clinic/escalation/time-limits/", protocol.time_limits, name="time-limits"),
    path("clinic/escalation/test-messages/", protocol.send_test, name="send-test"),
    path(
        "clinic/escalation/<uuid:ladder>/confirm/", protocol.confirm_ladder, name="confirm-ladder"
    ),
    path(
        "clinic/escalation/time-limits/<uuid:limits>/confirm/",
        protocol.confirm_time_limits,
        name="confirm-time-limits",
    ),
    path("clinic/escalation/rota/", notices.rota, name="rota"),
    path("clinic/escalation/hours/", notices.notice_hours, name="notice-hours"),
    path("clinic/escalation/pager/", notices.pager, name="pager"),
    path("deputies/", notices.deputies, name="deputies"),
    path("deputies/<uuid:absence>/end/", notices.end_absence, name="end-absence"),
]
