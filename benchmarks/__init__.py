"""dcmobile beside the runtimes that a user could pick instead: ``python -m benchmarks``; see docs/benchmarks.md."""
