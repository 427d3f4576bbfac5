"""The pages of the site, one module for each area; each view states whom it is open to."""
