"""What reaches a phone: adb, what a phone says of itself, and the benchmark on it (docs/android.md)."""
