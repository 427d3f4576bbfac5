from django.urls import include, path
from django.views.i18n import set_language

from peyvand.web import display, gallery

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("display/", display.display, name="display"),
    path("", include("peyvand.web.pages.flow_urls")),
    path("gallery/", gallery.gallery, name="gallery"),
    path("", include("peyvand.web.pages.asking_urls")),
    path("", include("peyvand.web.pages.office_urls")),
]
