"""Which of the phones that adb sees are meant."""

from __future__ import annotations

import os
from collections.abc import Sequence

from dcmobile.android.adb import Listed
from dcmobile.errors import CallError, Code, MachineError

_USABLE = "device"
# By adb's word for the state: what it means, and what to do.
_REASONS = {
    "unauthorized": "has not allowed this computer to debug it: unlock it and accept the question on its screen",
    "authorizing": "is about to ask whether this computer may debug it: accept the question on its screen, try again",
    "offline": "is offline: plug it in again, or adb reconnect",
    "connecting": "is still connecting: try again",
    "no permissions": "may not be opened by this user: add a udev rule for it (Debian: apt-get install "
    "android-sdk-platform-tools-common) or join the group plugdev",
    "bootloader": "is in its boot loader: start Android",
    "recovery": "is in recovery: start Android",
    "sideload": "is in sideload mode: start Android",
    "rescue": "is in rescue mode: start Android",
    "host": "is the host side of a connection: connect a phone",
}


def choose(listed: Sequence[Listed], serials: Sequence[str], take_all: bool) -> list[Listed]:
    """The phones to use: those named, all, the one of ANDROID_SERIAL, or the only one.

    Raises ``CallError`` where several could be meant or a name is unknown; ``MachineError`` where there is none, or one
    that is meant cannot be used. With take_all, phones that cannot be used are left out as long as one can.
    """
    if not listed:
        raise MachineError(
            "adb sees no phone: plug one in and turn on USB debugging in its developer options, or start an emulator",
            Code.MACHINE_UNSUPPORTED,
        )
    if not serials and not take_all and os.environ.get("ANDROID_SERIAL"):
        serials = [os.environ["ANDROID_SERIAL"]]  # as adb itself
    if serials:
        by_serial = {each.serial: each for each in listed}
        for serial in serials:
            if serial not in by_serial:
                raise CallError(f"adb sees no phone {serial!r}: it sees {_titles(listed)}", Code.CALL_NAME)
        return [_usable(by_serial[serial]) for serial in dict.fromkeys(serials)]
    usable = [each for each in listed if each.state == _USABLE]
    if not usable:
        return [_usable(listed[0])]
    if len(usable) > 1 and not take_all:
        raise CallError(
            f"adb sees {len(usable)} phones, {_titles(usable)}: name one with --device, or take all with --all-devices",
            Code.CALL_ARGUMENT,
        )
    return usable


def reason_of(device: Listed) -> str:
    """Why it cannot be used, and what to do; "" if it can."""
    if device.state == _USABLE:
        return ""
    return _REASONS.get(device.state, f"is in the state {device.state!r}, not ready for commands")


def _usable(device: Listed) -> Listed:
    reason = reason_of(device)
    if reason:
        raise MachineError(f"{device.title} {reason}", Code.MACHINE_UNSUPPORTED)
    return device


def _titles(listed: Sequence[Listed]) -> str:
    return ", ".join(each.title for each in listed)
