"""The measured part of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.markdown import BEGIN, END, measured, replace_measured
from benchmarks.results import Race, rows


def facts(median: float, **more: Any) -> dict[str, Any]:
    return {
        "median_ms": median,
        "spread_ms": [median - 0.5, median + 0.5],
        "min_ms": median - 1,
        "file_bytes": 2_500_000,
        "load_ms": 12.3,
        "peak_rss_bytes": 40_000_000,
        "imported_rss_bytes": 3_000_000,
        "max_rel_err": 2e-7,
        **more,
    }


SPLIT = {"open": 10.0, "map": 0.5, "verify": 1.0, "decode": 6.0, "plan": 2.5, "context": 0.1}
RACES = [
    Race(
        "alexnet",
        threads,
        True,
        {
            "dcmobile": facts(10.0 / threads, load_split_ms=SPLIT, weight_bytes=20_000_000, operators=[]),
            "mnn": facts(25.0 / threads),
            "ncnn": facts(20.0 / threads),
            "onnxruntime_int8": facts(5.0 / threads),
            "executorch": {"failed": "no kernel"},
        },
    )
    for threads in (1, 2)
]
REPORT = {
    "date": "2026-01-02",
    "machine": {
        "processor": "Example CPU",
        "virtual": True,
        "processors": 2,
        "caches": ["L1d 32K"],
        "vector_extensions": ["avx2"],
        "memory_bytes": 8 << 30,
        "system": "Linux 6",
        "compiler": "g++ 12",
        "python": "3.11",
        "gemm_gflops": 100.0,
        "read_gbytes": 20.0,
    },
    "versions": {"mnn": "3.6"},
    "rounds": 5,
    "seconds": 1.0,
    "huffman": [],
}


def cells(text: str, start: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_tables_say_what_was_measured() -> None:
    text = measured(REPORT, RACES)
    # goal, ratio to the best fp32 or fp16 peer for 1 and 2 threads, its name, from Python, int8, own speed-up
    ratios, _ = (line for line in text.splitlines() if line.startswith("| AlexNet |"))
    assert [cell.strip() for cell in ratios.strip("|").split("|")[1:]] == [
        *("2", "2.00", "2.00", "ncnn", "-", "0.50", "2.00")
    ]
    assert cells(text, "MNN")[2:6] == ["25.0 (24.5-25.5)", "2.50", "12.5 (12.0-13.0)", "2.50"]
    assert cells(text, "MNN")[6:] == ["2.500", "12.3", "40", "3", "2e-07"]
    assert "- alexnet, ExecuTorch XNNPACK: no kernel" in text
    assert "| AlexNet | 10.00 | 0.50 | 1.00 | 6.00 | 2.50 | 10.0% | 20.00 | 40.00 |" in text
    assert "Example CPU, a virtual machine" in text


def test_a_disturbed_run_says_so() -> None:
    assert "Other programs" not in measured(REPORT, RACES)
    quiet = measured(REPORT, [replace(race, other_load=[0.0, 0.1, None]) for race in RACES])
    assert "used 5% of the processors on average between the turns, 10% at most" in quiet
    assert "not quiet" not in quiet
    assert "not quiet" in measured(REPORT, [replace(race, other_load=[0.5]) for race in RACES])


def test_rows_have_the_figures_of_the_report() -> None:
    row = next(row for row in rows(RACES) if row["runtime"] == "mnn" and row["threads"] == 2)
    wanted = {"median_ms", "min_ms", "file_bytes", "peak_rss_bytes", "load_ms", "max_rel_err"}
    assert wanted <= set(row)
    assert row["median_ms"] == 12.5
    assert {"network": "alexnet", "threads": 1, "runtime": "executorch", "failed": "no kernel"} in rows(RACES)


def test_only_the_part_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    for _ in range(2):
        replace_measured(page, "new\n")
        assert page.read_text() == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    page.write_text("no marks")
    with pytest.raises(ValueError, match="has no lines"):
        replace_measured(page, "new\n")


def test_the_page_of_the_project_has_the_marks() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md").read_text()
    assert text.count(BEGIN) == text.count(END) == 1
