"""The parts of a file with what they are called on the page."""

from __future__ import annotations

from dataclasses import dataclass

from dcmobile.report.report_of_file import FileReport

#: Name and meaning of each part of ``FileReport.parts``, in the order in which charts stack them.
PART_NAMES = {
    "codes": ("codes", "which centroid each kept weight has, Huffman-coded"),
    "gaps": ("gaps", "how many zeros lie between kept weights, Huffman-coded"),
    "codebook": ("codebooks", "the shared values (centroids)"),
    "tables": ("Huffman tables", "the code lengths of codes and gaps"),
    "chunk_records": ("chunk records", "where the streams are, and their checksums"),
    "dense": ("dense weights", "values stored as they are"),
    "biases": ("biases", "of layers and normalisations"),
    "structure": ("graph", "operators, shapes, names and what flatbuffers needs"),
    "metadata": ("metadata", "producer, labels, entries"),
    "padding": ("padding", "alignment of the payload"),
}


@dataclass(frozen=True)
class PartSize:
    """key: of ``FileReport.parts``. share: of the file, 0..1. left: where its piece of the bar begins, 0..1."""

    key: str
    name: str
    meaning: str
    bytes: int
    share: float
    left: float


def part_sizes(report: FileReport) -> list[PartSize]:
    """The parts that take bytes, in the order of ``PART_NAMES``."""
    sizes: list[PartSize] = []
    before = 0
    for key, (name, meaning) in PART_NAMES.items():
        size = report.parts[key]
        if size:
            sizes.append(PartSize(key, name, meaning, size, size / report.file_bytes, before / report.file_bytes))
            before += size
    return sizes
