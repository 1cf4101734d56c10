"""Programs that show dcmobile at work. Run them from the repository's root with ``python -m examples.NAME``."""
