#!/usr/bin/env python3
"""A stand-in for adb and for phones, for tests: no phone is there, and nothing here is Android.

It takes the commands of adb that dcmobile uses and plays phones that ``stand_in_phones`` describes. A phone's files
lie in a folder; its shell is this machine's sh, with the phone's paths put in place; a program for 64-bit Arm runs
under qemu, one for this machine as it is. Failures are acted as adb and Android word them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

_ARM64 = 183  # e_machine


def main(words: list[str]) -> int:
    phones = json.loads(Path(os.environ["ADB_STAND_IN"]).read_text())
    if "server_error" in phones:
        fail(phones["server_error"])
    if words == ["devices", "-l"]:
        print("* daemon not running; starting now at tcp:5037\n* daemon started successfully", file=sys.stderr)
        print("List of devices attached")
        for phone in phones["phones"]:
            model = f" product:x model:{phone['model']} device:x" if phone["state"] == "device" else ""
            print(f"{phone['serial']:<22} {phone['state']}{model} transport_id:1")
        print()
        return 0
    assert words[0] == "-s", words
    phone = next((each for each in phones["phones"] if each["serial"] == words[1]), None)
    if phone is None or Path(phone["root"], "gone").exists():
        fail(f"error: device '{words[1]}' not found")
    if words[2] == "shell":
        return shell(phone, words[3])
    return copy(phone, *words[2:])


def shell(phone: dict[str, Any], command: str) -> int:
    root = Path(phone["root"])
    for place in ("/data/local/tmp", "/sys/"):
        command = command.replace(place, f"{root}{place}")
    path = f"{root}/bin{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run([phone["shell"], "-c", command], env={"PATH": path, "ROOT": str(root)}, check=False)
    if (root / "gone").exists():
        return 255  # adb says nothing when the cable is pulled
    return 128 - done.returncode if done.returncode < 0 else done.returncode


def copy(phone: dict[str, Any], direction: str, source: str, target: str) -> int:
    here, there = (source, target) if direction == "push" else (target, source)
    name = Path(there).name
    if phone["full_for"] == name:
        fail(f"adb: error: failed to copy '{source}' to '{target}': remote write failed: No space left on device")
    remote = Path(f"{phone['root']}{there}")
    if direction == "pull":
        shutil.copyfile(remote, here)
    elif name == "dcmobile-bench":
        install(phone, Path(here), remote)
    else:
        shutil.copyfile(here, remote)
    print(f"{source}: 1 file {direction}ed, 0 skipped.")
    return 0


def install(phone: dict[str, Any], program: Path, remote: Path) -> None:
    """The program, and in its place a script that starts it, after what is to happen meanwhile."""
    real = remote.with_name("real-program")
    shutil.copyfile(program, real)
    real.chmod(0o755)
    header = program.read_bytes()[:20]
    emulator = f"qemu-aarch64 -cpu {phone['cpu']} " if header[18] == _ARM64 and phone["cpu"] else ""
    remote.write_text(f'#!/bin/sh\n{phone["meanwhile"]}\nexec {emulator}{real} "$@"\n')


def fail(text: str) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
