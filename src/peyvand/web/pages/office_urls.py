"""Addresses of an office's first day: lists in, two files matched, papers, the month, and the start."""

from django.urls import URLPattern, path

from peyvand.web.pages import imports, kinds, match_files, month, office_papers, programme_switches, start, start_places

urlpatterns: list[URLPattern] = [
    path("match/", match_files.match_files, name="match_files"),
    path("match/<str:token>/", match_files.result, name="match_result"),
    path("match/<str:token>/go-on/", match_files.go_on, name="match_go_on"),
    path("match/<str:token>/delete/", match_files.delete, name="match_delete"),
    path("match/<str:token>/<str:name>/", match_files.output, name="match_output"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:record_id>/", imports.record, name="import"),
    path("imports/<int:record_id>/undo/", imports.undo, name="import_undo"),
    path("imports/look/<str:token>/", imports.look, name="import_look"),
    path("imports/look/<str:token>/columns/", imports.columns, name="import_columns"),
    path("imports/look/<str:token>/confirm/", imports.confirm, name="import_confirm"),
    path("imports/look/<str:token>/forget/", imports.forget, name="import_forget"),
    path("imports/look/<str:token>/errors.xlsx", imports.rejected, name="import_rejected"),
    path("month/", month.month, name="month"),
    path("month/<str:month_of>/", month.month, name="month_of"),
    path("month/<str:month_of>/report.pdf", month.month_pdf, name="month_pdf"),
    path("month/<str:month_of>/report.xlsx", month.month_xlsx, name="month_xlsx"),
    path("papers/", office_papers.papers, name="papers"),
    path("papers/visit.pdf", office_papers.visit, name="visit_pdf"),
    path("papers/meeting.pdf", office_papers.meeting, name="meeting_pdf"),
    path("papers/receipt/<int:need_id>.pdf", office_papers.need_receipt, name="receipt_pdf"),
    path("papers/sign-in/<int:membership_id>.pdf", office_papers.sign_in_slip, name="slip_pdf"),
    path("start/", start.start, name="start"),
    path("start/organisations/", start.organisations, name="start_organisations"),
    path("start/places/", start_places.places, name="start_places"),
    path("start/places/new/", start_places.place_new, name="start_place_new"),
    path("start/places/<int:place_id>/", start_places.place_change, name="start_place"),
    path("start/places/import/", start_places.places_import, name="start_places_import"),
    path("start/programmes/", programme_switches.programme_list, name="programme_list"),
    path("start/programmes/<slug:slug>/", programme_switches.programme_page, name="programme_switches"),
    path("start/programmes/<slug:slug>/<int:switch_id>/off/", programme_switches.programme_off, name="programme_off"),
    path("start/kinds/", kinds.kinds, name="kinds"),
    path("start/kinds/<slug:slug>/", kinds.kind_rules, name="kind_rules"),
    path("start/weights/", start.weights, name="start_weights"),
]
