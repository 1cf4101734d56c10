"""``make compress-bench``: how small a network's file gets at no loss; see docs/compression.md."""
