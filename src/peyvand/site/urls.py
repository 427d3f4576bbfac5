"""Every address of the site."""

from django.urls import include, path

from peyvand.extend import pages as programme_pages

handler403 = "peyvand.web.errors.forbidden"
handler404 = "peyvand.web.errors.not_found"
handler500 = "peyvand.web.errors.server_error"

urlpatterns = [
    path("api/v1/", include("peyvand.api.urls")),
    path("", include("peyvand.web.urls")),
    *programme_pages.urlpatterns(),
]
