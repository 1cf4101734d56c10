"""``python -m dcmobile.cli``, for a source tree that is not installed."""

from dcmobile.cli.main import main

main()
