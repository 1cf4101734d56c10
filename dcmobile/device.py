"""The devices that a network can run on."""

from __future__ import annotations

from dataclasses import dataclass

from dcmobile import _native


@dataclass(frozen=True)
class Device:
    """A device that ``dcmobile.load`` can name by its id.

    kind: "CPU", "integrated GPU", "discrete GPU", "virtual GPU" or "other". name, driver: as the driver says; for the
    CPU the instruction set, and "". features: optional ones that shaders use. What follows is of Vulkan, 0 for the CPU.
    memory_bytes: of the largest memory. storage_range: bytes that a shader can be given at once. workgroup_size: most
    invocations of a workgroup. shared_bytes: memory that those share.
    """

    id: str
    name: str
    kind: str
    driver: str
    features: str
    api_major: int
    api_minor: int
    memory_bytes: int
    storage_range: int
    workgroup_size: int
    shared_bytes: int
    subgroup_size: int


@dataclass(frozen=True)
class DeviceReport:
    """Where a model runs.

    device: "cpu" or what was asked for. name: the device's, "" for the CPU. fallback: why the CPU does it all although
    a device was asked for, "" if it does not. ops: operators that have something to compute; ops_placed: those on the
    device. weight_bytes, activation_bytes: of the device's memory. open_ns: time of opening the device and filling its
    memory. compile_ns: of its driver's making the shaders ready, little where an earlier start has left them. check_ns:
    of checking against the CPU those that no earlier start has checked.
    """

    device: str
    name: str
    fallback: str
    ops: int
    ops_placed: int
    weight_bytes: int
    activation_bytes: int
    open_ns: int
    compile_ns: int
    check_ns: int


def devices() -> tuple[Device, ...]:
    """The CPU, and after it the devices with Vulkan 1.1, real GPUs before others. Asks the drivers each time."""
    return tuple(Device(*each) for each in _native.devices())
