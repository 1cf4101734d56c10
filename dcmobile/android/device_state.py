"""What a phone's times depend on, and what changes while it works: clocks, governors, temperatures, the battery."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from dcmobile.android.adb import Adb

# "@NAME" starts what the rest of a line or the lines after it say. Everything may be missing: what a shell may read
# differs from phone to phone.
_COMMAND = (
    "for c in /sys/devices/system/cpu/cpu[0-9]*; do for f in scaling_governor cpuinfo_max_freq scaling_max_freq; do "
    'v=$(cat "$c/cpufreq/$f" 2>/dev/null) && echo "@cpu ${c##*/} $f $v"; done; done; '
    "for z in /sys/class/thermal/thermal_zone*; do "
    'v=$(cat "$z/temp" 2>/dev/null) && echo "@zone $v $(cat "$z/type" 2>/dev/null)"; done; '
    "echo @thermal; dumpsys thermalservice 2>/dev/null; echo @battery; dumpsys battery 2>/dev/null; "
    'echo "@low_power $(settings get global low_power 2>/dev/null)"'
)
#: Android's PowerManager.THERMAL_STATUS_*.
THERMAL = ("none", "light", "moderate", "severe", "critical", "emergency", "shutdown")
_CPU_ZONE = re.compile(r"cpu|tsens|soc|cluster|^(?:big|little|mid)", re.IGNORECASE)
_HAL_CPU = 0  # Temperature.TYPE_CPU


@dataclass(frozen=True)
class DeviceState:
    """At one moment. governors: how clocks are chosen, by core. limits: highest clock of the hardware and the one that
    is allowed now, kHz, by core. zones: temperatures in degrees Celsius by the kernel's name; cpu_celsius: by Android,
    of processors. thermal_status: an index of ``THERMAL``; None before Android 10. Battery: None where not told.
    """

    governors: dict[str, str] = field(default_factory=dict)
    limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    zones: tuple[tuple[str, float], ...] = ()
    cpu_celsius: tuple[float, ...] = ()
    thermal_status: int | None = None
    battery_percent: int | None = None
    battery_celsius: float | None = None
    charging: bool | None = None
    low_power: bool = False

    @property
    def celsius(self) -> float | None:
        """The hottest processor's temperature by Android, else by the kernel, else the battery's; None if none says."""
        of_cpu = self.cpu_celsius or tuple(value for name, value in self.zones if _CPU_ZONE.search(name))
        return max(of_cpu, default=self.battery_celsius)

    @property
    def governor_text(self) -> str:
        """E.g. ``schedutil``; "" where the phone does not say."""
        return ", ".join(sorted(set(self.governors.values())))

    def to_json(self) -> dict[str, Any]:
        """Everything that the phone told."""
        return {
            "governors": self.governors,
            "max_khz": {core: {"hardware": most, "allowed": now} for core, (most, now) in self.limits.items()},
            "zones": [{"name": name, "celsius": value} for name, value in self.zones],
            "celsius": self.celsius,
            "thermal_status": None if self.thermal_status is None else THERMAL[self.thermal_status],
            "battery": {
                "percent": self.battery_percent,
                "celsius": self.battery_celsius,
                "charging": self.charging,
                "saver": self.low_power,
            },
        }


def read_state(adb: Adb) -> DeviceState:
    """Ask the phone; what it does not tell is left out."""
    return parse_state(adb.shell(_COMMAND).output)


def parse_state(text: str) -> DeviceState:
    """From what the phone's shell prints."""
    cores: dict[str, dict[str, str]] = {}
    for core, name, value in re.findall(r"^@cpu (\w+) (\w+) (.*)$", text, re.MULTILINE):
        cores.setdefault(core, {})[name] = value.strip()
    limits = {}
    for core, values in cores.items():
        most, now = values.get("cpuinfo_max_freq", ""), values.get("scaling_max_freq", "")
        if most.isdecimal() and now.isdecimal():
            limits[core] = int(most), int(now)
    thermal, _, rest = text.partition("@thermal")[2].partition("@battery")
    status = re.search(r"^\s*Thermal Status: (\d)$", thermal, re.MULTILINE)
    battery, _, low_power = rest.partition("@low_power")
    level, warmth = _number(battery, "level"), _number(battery, "temperature")
    powered = re.findall(r"^\s*\w+ powered: (true|false)$", battery, re.MULTILINE)
    return DeviceState(
        governors={core: values["scaling_governor"] for core, values in cores.items() if "scaling_governor" in values},
        limits=limits,
        zones=_zones(text),
        cpu_celsius=_android_cpus(thermal),
        thermal_status=int(status[1]) if status and int(status[1]) < len(THERMAL) else None,
        battery_percent=level,
        battery_celsius=None if warmth is None else warmth / 10,
        charging="true" in powered if powered else None,
        low_power=low_power.strip() == "1",
    )


def warnings(before: DeviceState, after: DeviceState) -> list[str]:
    """What makes the times those of a slower phone; a line each."""
    found = []
    if after.low_power:
        found.append("battery saver is on, which lowers the clocks: turn it off")
    slow = sorted({name for name in after.governors.values() if name in ("powersave", "conservative")})
    if slow:
        found.append(f"CPU governor {', '.join(slow)}: the cores do not run at full speed")
    worst = max(before.thermal_status or 0, after.thermal_status or 0)
    if worst > 0:
        found.append(f"throttled: Android's thermal status is {THERMAL[worst]}; let the phone cool down")
    capped = _capped(after) or _capped(before)
    if capped:
        when = "" if _capped(after) else " before the run"
        found.append(f"throttled: clocks are limited{when} ({capped}); let the phone cool down")
    return found


def _capped(state: DeviceState) -> str:
    """E.g. ``cpu4 to 1.21 of 2.42 GHz``, of the core that loses most; "" if all may run at their highest clock."""
    shares = {core: now / most for core, (most, now) in state.limits.items() if 0 < now < most}
    if not shares:
        return ""
    core = min(shares, key=lambda name: shares[name])
    most, now = state.limits[core]
    return f"{core} to {now / 1e6:.2f} of {most / 1e6:.2f} GHz"


def _zones(text: str) -> tuple[tuple[str, float], ...]:
    """Kernels write thousandths of a degree, a few tenths or whole ones; what no phone survives is a sensor that is
    off.
    """
    zones = []
    for value, name in re.findall(r"^@zone (-?\d+) (.*)$", text, re.MULTILINE):
        number = int(value)
        celsius = number / 1000 if abs(number) >= 1000 else number / 10 if abs(number) >= 150 else float(number)
        if 0 < celsius < 130:
            zones.append((name.strip(), celsius))
    return tuple(zones)


def _android_cpus(thermal: str) -> tuple[float, ...]:
    current = thermal.partition("Current temperatures from HAL:")[2].partition("Current cooling")[0]
    found = re.findall(r"Temperature\{mValue=([\d.]+), mType=(-?\d+),", current)
    return tuple(float(value) for value, kind in found if int(kind) == _HAL_CPU and 0 < float(value) < 130)


def _number(text: str, key: str) -> int | None:
    found = re.search(rf"^\s*{key}: (-?\d+)$", text, re.MULTILINE)
    return int(found[1]) if found else None
