"""A report as one HTML page that needs nothing else: ``render.html_page``."""
