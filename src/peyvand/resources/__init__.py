"""What is needed and offered: resource specifications."""
