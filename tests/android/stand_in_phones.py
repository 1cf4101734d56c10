"""Describes phones to ``adb_stand_in``: what they are, and what goes wrong with them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

_TOOLS = {
    "getprop": 'sed -n "s/^$1=//p" "$ROOT/properties"',
    "dumpsys": 'cat "$ROOT/dumpsys-$1"',
    "settings": 'cat "$ROOT/$3"',
}
_THERMAL = """\
Thermal Status: {status}
Cached temperatures:
\tTemperature{{mValue=99.0, mType=0, mName=CPU0, mStatus=0}}
HAL Ready: true
Current temperatures from HAL:
\tTemperature{{mValue=41.5, mType=0, mName=CPU0, mStatus=0}}
\tTemperature{{mValue=55.0, mType=3, mName=SKIN, mStatus=0}}
Current cooling devices from HAL:
"""
_BATTERY = "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  level: 81\n  temperature: 287\n"


class StandInPhones:
    """The phones of one test. While it is alive, ``adb`` in PATH is the stand-in."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._phones: list[dict[str, Any]] = []
        self._file = folder / "phones.json"
        programs = folder / "bin"
        programs.mkdir()
        script = programs / "adb"
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {Path(__file__).with_name("adb_stand_in.py")} "$@"\n')
        script.chmod(0o755)
        patch.setenv("PATH", str(programs), prepend=":")
        patch.setenv("ADB_STAND_IN", str(self._file))
        patch.delenv("ANDROID_SERIAL", raising=False)
        self._write()

    def add(
        self,
        serial: str = "STANDIN1",
        state: str = "device",
        *,
        model: str = "Stand_in",
        abis: str = "x86_64,x86",
        cpu: str = "",
        meanwhile: str = "",
        full_for: str = "",
        shell: str = "sh",
        status: int = 0,
        governor: str = "schedutil",
    ) -> Path:
        """A phone; gives the folder with its files.

        cpu: qemu's, for programs of 64-bit Arm; "" runs none. meanwhile: shell commands just before dcmobile-bench
        runs, with ROOT as the folder. full_for: name of the file that there is no room for.
        """
        root = self._folder / serial
        properties = {
            "ro.product.manufacturer": "dcmobile",
            "ro.product.model": model.replace("_", " "),
            "ro.build.version.release": "13",
            "ro.build.version.sdk": "33",
            "ro.soc.model": "STAND-IN",
            "ro.product.cpu.abilist": abis,
        }
        files = {
            "properties": "".join(f"{key}={value}\n" for key, value in properties.items()),
            "dumpsys-thermalservice": _THERMAL.format(status=status),
            "dumpsys-battery": _BATTERY,
            "low_power": "0\n",
            "data/local/tmp/other": "somebody else's\n",
            "sys/class/thermal/thermal_zone0/type": "cpu-0-0\n",
            "sys/class/thermal/thermal_zone0/temp": "38700\n",
        }
        for core, khz in enumerate((1_800_000, 1_800_000, 2_400_000)):
            for name, value in {"scaling_governor": governor, "cpuinfo_max_freq": khz, "scaling_max_freq": khz}.items():
                files[f"sys/devices/system/cpu/cpu{core}/cpufreq/{name}"] = f"{value}\n"
        files |= {f"bin/{name}": f"#!/bin/sh\n{line}\n" for name, line in _TOOLS.items()}
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        for name in _TOOLS:
            (root / "bin" / name).chmod(0o755)
        phone = {"serial": serial, "state": state, "model": model, "root": str(root), "cpu": cpu}
        self._phones.append({**phone, "meanwhile": meanwhile, "full_for": full_for, "shell": shell})
        self._write()
        return root

    def break_server(self, text: str) -> None:
        """adb itself fails."""
        self._write(server_error=text)

    def _write(self, **more: str) -> None:
        self._file.write_text(json.dumps({"phones": self._phones, **more}))


def left_on(root: Path) -> list[str]:
    """What lies in the folder of a phone that everybody may write to."""
    return sorted(path.name for path in (root / "data/local/tmp").rglob("*"))
