"""``dcmobile bench --target adb`` with a stand-in for adb and phones, which really runs dcmobile-bench.

The stand-in runs this machine's own program; where ``scripts/build-device-bench`` has built the arm64 one and qemu is
installed, that one too.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import call, command, environment, fails
from stand_in_phones import StandInPhones, left_on
from terminal import interruptible  # noqa: F401

from dcmobile.android.adb import _listed
from dcmobile.android.device_state import DeviceState, parse_state, warnings

_REPOSITORY = Path(__file__).parents[2]
_MODEL = _REPOSITORY / "tests/golden/convolutional.dcmodel"
_ARM64 = _REPOSITORY / "build/device-bench/arm64-v8a/dcmobile-bench"
_QUICK = ("--runs", 2, "--seconds", 0)

needs_arm64 = pytest.mark.skipif(
    not _ARM64.is_file() or shutil.which("qemu-aarch64") is None,
    reason="make test-arm64 runs it: the arm64 dcmobile-bench (scripts/build-device-bench) and qemu-user are needed",
)


@pytest.fixture(scope="module")
def native() -> Path:
    """This machine's program, which the stand-in can run without qemu."""
    return Path(sys.executable).with_name("dcmobile-bench")


@pytest.fixture
def phones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandInPhones:
    return StandInPhones(tmp_path, monkeypatch)


def test_one_phone(phones: StandInPhones, native: Path) -> None:
    root = phones.add()
    done = call("bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK, "--batch", 2, "--json")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["failures"] == {}
    (found,) = figures["devices"]
    assert found["device"] == {
        "serial": "STANDIN1",
        "maker": "dcmobile",
        "model": "Stand in",
        "android": "13",
        "api": 33,
        "chip": "STAND-IN",
        "abis": ["x86_64", "x86"],
        "cores": [{"max_mhz": 2400, "count": 1}, {"max_mhz": 1800, "count": 2}],
        "emulator": False,
    }
    assert found["abi"] == "x86_64"
    assert found["warnings"] == []
    assert found["before"]["celsius"] == 41.5
    assert found["after"]["battery"] == {"percent": 81, "celsius": 28.7, "charging": True, "saver": False}
    result = found["result"]
    assert result["graph"] == str(_MODEL)
    assert result["file_bytes"] == _MODEL.stat().st_size
    assert (result["batch"], result["latency_ms"]["runs"]) == (2, 2)
    assert left_on(root) == ["other"]


def test_a_table_for_several(phones: StandInPhones, native: Path) -> None:
    phones.add("A1")
    phones.add("B2", model="Other_phone", governor="powersave")
    options = ("--target", "adb", "--bench-binary", native, *_QUICK)
    assert "2 phones, A1 (Stand in), B2 (Other phone): name one with --device" in fails(1, "bench", _MODEL, *options)
    assert "sees no phone 'C3'" in fails(1, "bench", _MODEL, *options, "--device", "C3")
    done = call("bench", _MODEL, *options, "--all-devices", "--operators")
    assert done.exit_code == 0, done.output
    rows = [line.split()[:2] for line in done.stdout.splitlines() if line.startswith(("dcmobile", "Dcmobile"))]
    assert len(rows) == 4  # times and facts
    assert "conv2d_sparse" in done.stdout
    assert "41 -> 41" in done.stdout or "42 -> 42" in done.stdout
    assert "warning: Dcmobile Other phone: CPU governor powersave" in done.stderr
    only = call("bench", _MODEL, *options, "--device", "B2", "--json")
    assert [each["device"]["serial"] for each in json.loads(only.stdout)["devices"]] == ["B2"]


def test_one_of_several_fails(phones: StandInPhones, native: Path) -> None:
    roots = [phones.add("A1", full_for="model.dcmodel"), phones.add("B2")]
    phones.add("C3", "offline")
    done = call("bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK, "--all-devices", "--json")
    assert done.exit_code == 1
    figures = json.loads(done.stdout)
    assert [each["device"]["serial"] for each in figures["devices"]] == ["B2"]
    assert list(figures["failures"]) == ["A1"]
    assert "A1: no room for convolutional.dcmodel (2,208 bytes)" in done.stderr
    assert "warning: C3 is offline" in done.stderr
    assert done.stderr.splitlines()[-1] == "dcmobile: error: 1 of 2 devices failed"
    assert [left_on(root) for root in roots] == [["other"], ["other"]]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unauthorized", "S1 has not allowed this computer to debug it: unlock it and accept the question"),
        ("offline", "S1 is offline: plug it in again"),
        ("no permissions (missing udev rules?); see [http://example.org]", "S1 may not be opened by this user"),
        ("bootloader", "S1 is in its boot loader"),
        ("dreaming", "S1 is in the state 'dreaming'"),
    ],
)
def test_a_phone_that_is_not_ready(phones: StandInPhones, state: str, said: str) -> None:
    phones.add("S1", state)
    assert fails(1, "bench", _MODEL, "--target", "adb").startswith(said)


def test_lines_of_adb() -> None:
    lines = {
        "List of devices attached": None,
        "* daemon started successfully": None,
        "": None,
        "emulator-5554          device product:sdk model:Pixel_7 device:x transport_id:1": (
            "emulator-5554",
            "device",
            "Pixel_7",
        ),
        "adb-R5CT30ABCDE-AbCdEf (2)._adb-tls-connect._tcp device product:p model:SM_A536B device:a transport_id:4": (
            "adb-R5CT30ABCDE-AbCdEf (2)._adb-tls-connect._tcp",
            "device",
            "SM_A536B",
        ),
        "192.168.1.20:5555      offline product:x transport_id:3": ("192.168.1.20:5555", "offline", ""),
        "0123456789ABCDEF       no permissions (user in plugdev group; are your udev rules wrong?); see "
        "[http://example.org] usb:1-2 transport_id:1": ("0123456789ABCDEF", "no permissions", ""),
        "R5CT30ABCDE            dreaming transport_id:1": ("R5CT30ABCDE", "dreaming", ""),
    }
    for line, wanted in lines.items():
        found = _listed(line)
        assert (None if found is None else (found.serial, found.state, found.model)) == wanted, line


def test_no_adb_and_no_phone(phones: StandInPhones, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails(1, "bench", _MODEL, "--target", "adb").startswith("adb sees no phone: plug one in")
    phones.break_server("adb: failed to start daemon")
    assert fails(1, "bench", _MODEL, "--target", "adb") == "adb does not work: failed to start daemon"
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("ANDROID_HOME", raising=False)
    monkeypatch.delenv("ANDROID_SDK_ROOT", raising=False)
    assert fails(1, "bench", _MODEL, "--target", "adb").startswith("adb is not installed")


def test_serial_of_the_environment(
    phones: StandInPhones, native: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for serial in ("A1", "B2"):
        phones.add(serial)
    monkeypatch.setenv("ANDROID_SERIAL", "B2")
    monkeypatch.setenv("ANDROID_HOME", str(tmp_path / "sdk"))  # adb of the SDK, where PATH has none
    (tmp_path / "sdk").mkdir()
    (tmp_path / "bin").rename(tmp_path / "sdk/platform-tools")
    done = call("bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK, "--json")
    assert [each["device"]["serial"] for each in json.loads(done.stdout)["devices"]] == ["B2"]


def test_wrong_abi(phones: StandInPhones, native: Path) -> None:
    phones.add(abis="armeabi-v7a,armeabi")
    said = fails(1, "bench", _MODEL, "--target", "adb", "--bench-binary", native)
    assert "runs armeabi-v7a, armeabi, and dcmobile-bench is there for x86_64 only" in said
    assert "scripts/build-device-bench armeabi-v7a" in said
    assert "is no program for" in fails(1, "bench", _MODEL, "--target", "adb", "--bench-binary", _MODEL)
    both = ("--bench-binary", native, "--bench-binary", native)
    assert "are both for x86_64" in fails(1, "bench", _MODEL, "--target", "adb", *both)


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        ("kill -9 $$", "dcmobile-bench was killed: the phone had too little memory"),
        ("kill -ILL $$", "met an instruction that the processor does not have"),
        ("exit 127", "the phone cannot run dcmobile-bench for x86_64: "),
        ("echo oops >&2; exit 3", "dcmobile-bench ended with 3: oops"),
        ("echo 'cannot write: No space left on device' >&2; exit 1", "no room: free some of the phone's storage"),
        ('touch "$ROOT/gone"; exit 1', "adb has lost the phone (device 'STANDIN1' not found)"),
        ("echo '{}{' > report.json; exit 0", "dcmobile-bench wrote no JSON"),
    ],
)
def test_what_can_happen_to_the_program(phones: StandInPhones, native: Path, meanwhile: str, said: str) -> None:
    root = phones.add(meanwhile=meanwhile)
    assert said in fails(1, "bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK)
    if not (root / "gone").exists():
        assert left_on(root) == ["other"]


def test_a_program_for_another_system_is_explained(phones: StandInPhones, native: Path) -> None:
    phones.add(meanwhile="exit 127")  # as a phone's shell does when the loader is not there
    said = fails(1, "bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK)
    assert said.endswith("which no phone has")


def test_a_damaged_model_is_what_the_program_says(phones: StandInPhones, native: Path, tmp_path: Path) -> None:
    root = phones.add()
    damaged = tmp_path / "damaged.dcmodel"
    data = bytearray(_MODEL.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    said = fails(1, "bench", damaged, "--target", "adb", "--bench-binary", native, *_QUICK)
    assert f"{damaged}: " in said
    assert left_on(root) == ["other"]
    assert "not a .dcmodel" in fails(1, "bench", native, "--target", "adb", "--bench-binary", native)


def test_timeout_stops_the_program(phones: StandInPhones, native: Path) -> None:
    root = phones.add(meanwhile='echo $$ > "$ROOT/process"; exec sleep 600')
    said = fails(1, "bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK, "--timeout", 1)
    assert "not done after 1 seconds and stopped" in said
    assert left_on(root) == ["other"]
    assert _ended(int((root / "process").read_text()))


def test_ctrl_c_leaves_nothing(phones: StandInPhones, native: Path) -> None:
    root = phones.add(meanwhile='echo $$ > "$ROOT/process"; exec sleep 600')
    words = command("bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK)
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True) as run:
        try:
            deadline = time.monotonic() + 30
            while not (root / "process").exists() or not (root / "process").read_text():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to all of its processes
            _, errors = run.communicate(timeout=30)
        except BaseException:
            os.killpg(run.pid, signal.SIGKILL)  # else the block would wait for the phone's 600 seconds
            raise
    assert (run.returncode, errors) == (130, "dcmobile: interrupted\n")
    assert left_on(root) == ["other"]
    assert _ended(int((root / "process").read_text()))


def test_a_phone_that_gets_hot(phones: StandInPhones, native: Path) -> None:
    lower = 'echo 1200000 > "$ROOT/sys/devices/system/cpu/cpu2/cpufreq/scaling_max_freq"'
    phones.add(meanwhile=lower, status=2)
    done = call("bench", _MODEL, "--target", "adb", "--bench-binary", native, *_QUICK, "--json")
    found = json.loads(done.stdout)["devices"][0]
    assert found["before"]["max_khz"]["cpu2"] == {"hardware": 2_400_000, "allowed": 2_400_000}
    assert found["after"]["max_khz"]["cpu2"] == {"hardware": 2_400_000, "allowed": 1_200_000}
    assert "throttled: Android's thermal status is moderate" in done.stderr
    assert "throttled: clocks are limited (cpu2 to 1.20 of 2.40 GHz)" in done.stderr


def test_a_phone_that_says_nothing_has_an_empty_state() -> None:
    assert parse_state("") == DeviceState()
    assert parse_state("@thermal\n@battery\n@low_power null\n") == DeviceState()
    assert warnings(DeviceState(), DeviceState(low_power=True)) == [
        "battery saver is on, which lowers the clocks: turn it off"
    ]


def test_temperatures_in_any_unit() -> None:
    zones = parse_state("@zone 38700 cpu-0-0\n@zone 412 big\n@zone 29 battery\n@zone -40000 off\n@zone 0 x\n").zones
    assert zones == (("cpu-0-0", 38.7), ("big", 41.2), ("battery", 29.0))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--device", "A1"), "--device is 'A1'; it takes cpu, vulkan or vulkan:N"),
        (("--target", "qemu", "--device", "A1"), "--device is for --target adb or host"),
        (("--target", "adb", "--cpu", "max"), "--cpu is for --target qemu"),
        (("--timeout", 3), "--timeout is for --target adb or qemu"),
        (("--target", "adb", "--device", "A1", "--all-devices"), "--device and --all-devices exclude each other"),
    ],
)
def test_options_of_other_targets(options: tuple[object, ...], said: str) -> None:
    assert said in fails(2, "bench", _MODEL, *options)


@needs_arm64
@pytest.mark.parametrize("shell", ["sh", "mksh"])
def test_arm64_under_qemu_through_the_stand_in(phones: StandInPhones, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell}, the shell of Android, is not installed")
    root = phones.add(abis="arm64-v8a,armeabi-v7a", cpu="cortex-a76", shell=shell)
    options = ("--target", "adb", "--bench-binary", _ARM64, *_QUICK, "--operators")
    found = json.loads(call("bench", _MODEL, *options, "--json").stdout)["devices"][0]
    assert found["abi"] == "arm64-v8a"
    assert any(op["kernel"].endswith("_neon") for op in found["result"]["operators"])
    assert left_on(root) == ["other"]


@needs_arm64
def test_target_qemu() -> None:
    options = ("--target", "qemu", "--bench-binary", _ARM64, *_QUICK)
    done = call("bench", _MODEL, *options, "--cpu", "cortex-a53", "--cpu", "max", "--operators")
    assert done.exit_code == 0, done.output
    assert "Times under qemu say nothing about a phone's" in done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines() if line.strip()} >= {"cortex-a53", "max"}
    figures = json.loads(call("bench", _MODEL, *options, "--json").stdout)
    assert figures["devices"][0]["device"] == {"emulator": "qemu-aarch64", "cpu": "cortex-a76"}
    assert "qemu knows no such processor" in fails(1, "bench", _MODEL, *options, "--cpu", "nothing")


def _ended(process: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{process}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False
