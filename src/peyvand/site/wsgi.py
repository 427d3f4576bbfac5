"""What the web server serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peyvand.site.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  # loads every page
# What is loaded stays for good; to go through it all at each full collection held one request in forty for a quarter of a second.
gc.collect()
gc.freeze()
