"""Fuzz target: damaged files of torch.export through ``dcmobile compress``: a clear error, or a file.

``python tests/fuzz/fuzz_programs.py CORPUS`` with libFuzzer's options. Members of the archive are damaged one by one
and packed again with right checksums, JSON by its structure. torch is not
instrumented, so inputs are chosen blindly.
"""

from __future__ import annotations

import io
import json
import random
import resource
import signal
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import click
from libfuzzer_options import parse

# Seconds of one input, and bytes of memory of the process.
MOST_SECONDS = 120
MOST_MEMORY = 16 << 30

Members = dict[str, bytes]


class BrokenPromiseError(AssertionError):
    """The command ended in a way that it must not."""


def programs() -> list[Members]:
    """Small networks as torch.export.save writes them."""
    import torch
    from torch import nn

    networks: list[tuple[nn.Module, tuple[int, ...]]] = [
        (nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 4)), (2, 1, 6, 6)),
        (nn.LSTM(3, 4, batch_first=True), (2, 5, 3)),
        (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (2, 5, 8)),
    ]
    made = []
    for network, shape in networks:
        file = io.BytesIO()
        torch.export.save(torch.export.export(network.eval(), (torch.rand(shape),)), file)
        made.append(unpack(file.getvalue()))
    return made


def unpack(data: bytes) -> Members:
    """The members of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(members: Members) -> bytes:
    """An archive of the members, with right checksums."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def damaged_archive(members: Members, rng: random.Random) -> bytes:
    """One to three members changed, or the archive itself."""
    changed = dict(members)
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(list(changed))
        if name.endswith(".json") and rng.random() < 0.8:
            changed[name] = damaged_json(changed[name], rng)
        else:
            change_member(changed, name, rng)
        if not changed:
            break
    data = pack(changed)
    return damaged_bytes(data, rng) if rng.random() < 0.1 else data


def change_member(members: Members, name: str, rng: random.Random) -> None:
    """Leave it out, rename it, swap it with another, or damage its bytes."""
    kind = rng.randrange(5)
    if kind == 0:
        del members[name]
    elif kind == 1:
        members[name + rng.choice(("x", "/", ".json", "\x00"))] = members.pop(name)
    elif kind == 2:
        other = rng.choice(list(members))
        members[name], members[other] = members[other], members[name]
    else:
        members[name] = damaged_bytes(members[name], rng)


def damaged_bytes(data: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, or the end cut off."""
    if not data or rng.random() < 0.2:
        return data[: rng.randrange(len(data) + 1)]
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.choice((0, 255, rng.randrange(256)))
    return bytes(changed)


def damaged_json(data: bytes, rng: random.Random) -> bytes:
    """A value anywhere in the document changed, left out, doubled or taken from elsewhere."""
    try:
        document = json.loads(data)
    except ValueError:  # damaged before
        return damaged_bytes(data, rng)
    places: list[tuple[Any, Any]] = []
    _collect(document, places)
    for _ in range(rng.randint(1, 3)):
        if not places:
            break
        holder, key = rng.choice(places)
        try:
            value = holder[key]
            if rng.random() < 0.2:
                del holder[key]
            elif rng.random() < 0.3:
                other, other_key = rng.choice(places)
                holder[key] = json.loads(json.dumps(other[other_key]))
            else:
                holder[key] = changed_value(value, rng)
        except (KeyError, IndexError):  # gone with an earlier change
            continue
    return json.dumps(document).encode()


def _collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        places.append((value, key))
        _collect(inner, places)


def changed_value(value: Any, rng: random.Random) -> Any:
    """Something else of the same type, or of another."""
    if isinstance(value, bool) or value is None:
        return rng.choice((True, False, None, 0, "x"))
    if isinstance(value, int):
        return rng.choice((0, 1, -1, value + 1, value - 1, 2**31, -(2**63), 2**63, 2**100, None, "7", 1.5))
    if isinstance(value, float):
        return rng.choice((0.0, -1.0, 1e300, float("nan"), float("inf"), None, "x"))
    if isinstance(value, str):
        known = (
            "",
            value + "x",
            value[:-1],
            "torch.ops.aten.add.Tensor",
            "torch.ops.aten.view.default",
            "../../x",
            "\x00",
        )
        return rng.choice((*known, None, 3))
    return rng.choice((None, [], {}, 0, "x", [value]))


def compress(data: bytes, folder: Path) -> None:
    """What a user does with the file. Raises ``BrokenPromiseError``."""
    from dcmobile.cli.main import cli

    program, output = folder / "net.pt2", folder / "net.dcmodel"
    program.write_bytes(data)
    output.unlink(missing_ok=True)
    try:
        cli.main(["compress", str(program), "-o", str(output), "--bits", "3", "--quiet"], standalone_mode=False)
    except click.ClickException as refusal:
        text = refusal.format_message()
        if "internal error" in text or not text.strip() or "\n" in text:
            raise BrokenPromiseError(f"not an error for people: {text!r}") from refusal
        if output.exists():
            raise BrokenPromiseError("a failed command left a file") from refusal
        return
    if not output.exists():
        raise BrokenPromiseError("a command that succeeds writes its file")


def main() -> None:
    """The target."""
    options = parse()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    seed = options.seed or random.randrange(2**32)
    rng = random.Random(seed)
    print(f"seed {seed}")
    known = programs()
    count = 0
    start = time.monotonic()
    current = Path(f"{options.artifact_prefix}crash-{seed}.pt2")
    try:
        with tempfile.TemporaryDirectory() as folder:
            for path in (path for extra in options.folders for path in sorted(extra.iterdir())):
                compress(path.read_bytes(), Path(folder))
            while time.monotonic() - start < options.seconds:
                data = damaged_archive(rng.choice(known), rng)
                current.write_bytes(data)  # stays if this fails or the process dies
                signal.alarm(MOST_SECONDS)
                count += 1
                compress(data, Path(folder))
                signal.alarm(0)
        current.unlink(missing_ok=True)
    finally:
        print(f"Done {count} runs in {time.monotonic() - start:.0f} second(s)")
        print(f"stat::number_of_executed_units: {count}", flush=True)


if __name__ == "__main__":
    main()
