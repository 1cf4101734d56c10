"""What a phone is: maker, model, Android, processor."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from dcmobile.android.adb import Adb
from dcmobile.errors import Code, MachineError

_PROPERTIES = {
    "maker": "ro.product.manufacturer",
    "model": "ro.product.model",
    "android": "ro.build.version.release",
    "api": "ro.build.version.sdk",
    "chip": "ro.soc.model",  # Android 12 on
    "platform": "ro.board.platform",
    "abis": "ro.product.cpu.abilist",
    "abi": "ro.product.cpu.abi",
    "emulator": "ro.kernel.qemu",
}
_COMMAND = (
    "".join(f'echo "{name}=$(getprop {key})"; ' for name, key in _PROPERTIES.items())
    + "for f in /sys/devices/system/cpu/cpu[0-9]*/cpufreq/cpuinfo_max_freq; do "
    'v=$(cat "$f" 2>/dev/null) && echo "khz=$v"; done; true'
)


@dataclass(frozen=True)
class DeviceFacts:
    """abis: best first, by Android's names. clusters: highest MHz and number of the cores that have it, fastest first;
    empty where the phone does not say. chip: "" where it does not say.
    """

    serial: str
    maker: str
    model: str
    android: str
    api: int
    chip: str
    abis: tuple[str, ...]
    clusters: tuple[tuple[int, int], ...]
    is_emulator: bool

    @property
    def name(self) -> str:
        """Maker and model, or the serial number; the maker once."""
        model = self.model.removeprefix(f"{self.maker} ")
        return f"{self.maker.capitalize() if self.maker.islower() else self.maker} {model}".strip() or self.serial

    def to_json(self) -> dict[str, Any]:
        """Every fact."""
        return {
            "serial": self.serial,
            "maker": self.maker,
            "model": self.model,
            "android": self.android,
            "api": self.api,
            "chip": self.chip,
            "abis": list(self.abis),
            "cores": [{"max_mhz": mhz, "count": count} for mhz, count in self.clusters],
            "emulator": self.is_emulator,
        }


def read_facts(adb: Adb) -> DeviceFacts:
    """Ask the phone. Raises ``MachineError`` where it gives no answer to be understood."""
    ended = adb.shell(_COMMAND)
    found = re.findall(r"^(\w+)=(.*)$", ended.output, re.MULTILINE)
    values = {name: value.strip() for name, value in found}
    if ended.code != 0 or "abis" not in values:
        said = " ".join((ended.errors or ended.output).split())[:200]
        raise MachineError(f"{adb.serial}: the phone does not say what it is: {said}", Code.MACHINE_UNSUPPORTED)
    highest = Counter(round(int(value) / 1000) for name, value in found if name == "khz" and value.strip().isdecimal())
    abis = (values["abis"] or values.get("abi", "")).split(",")
    return DeviceFacts(
        serial=adb.serial,
        maker=values.get("maker", ""),
        model=values.get("model", ""),
        android=values.get("android", ""),
        api=int(values["api"]) if values.get("api", "").isdecimal() else 0,
        chip=values.get("chip") or values.get("platform", ""),
        abis=tuple(abi for abi in abis if abi),
        clusters=tuple(sorted(highest.items(), reverse=True)),
        is_emulator=values.get("emulator") == "1",
    )
