"""Every address of the site."""

from django.urls import include, path

from peyvand.extend import pages as programme_pages
from peyvand.site import token_page

handler403 = "peyvand.web.errors.forbidden"
handler404 = "peyvand.web.errors.not_found"
handler500 = "peyvand.web.errors.server_error"

urlpatterns = [
    path("api/v1/", include("peyvand.api.urls")),
    path("account/tokens/", token_page.tokens, name="api_tokens"),
    path("account/tokens/<int:token_id>/stop/", token_page.stop, name="api_token_stop"),
    path("", include("peyvand.web.urls")),
    *programme_pages.urlpatterns(),
]
