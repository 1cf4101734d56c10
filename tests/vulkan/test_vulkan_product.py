"""The device in Python and on the command line."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from vulkan_drivers import DRIVERS, MISSING, environment, run_python

import dcmobile
from dcmobile.errors import CallError, Code

_GOLDEN = Path(__file__).parents[1] / "golden"
_FILE = _GOLDEN / "dense.dcmodel"

needs_driver = pytest.mark.skipif(not DRIVERS, reason=MISSING)


def _cli(*arguments: object, driver: str, cache: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dcmobile.cli", *map(str, arguments)]
    return subprocess.run(
        command, env=environment(driver, cache, validated=False), capture_output=True, text=True, check=False
    )


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    """-i options with the arrays of the golden file."""
    options = []
    with np.load(_FILE.with_suffix(".npz")) as held:
        for i in range(sum(key.startswith("input") for key in held.files)):
            np.save(tmp_path / f"in{i}.npy", held[f"input{i}"])
            options += ["-i", str(tmp_path / f"in{i}.npy")]
    return options


def test_the_cpu_is_always_there() -> None:
    first = dcmobile.devices()[0]
    assert (first.id, first.kind) == ("cpu", "CPU")
    with dcmobile.load(_FILE, device="cpu") as model:
        report = model.device_report
        assert (report.device, report.name, report.fallback, report.ops_placed) == ("cpu", "", "", 0)
        assert report.ops > 0
        assert {each.device for each in model.placements} == {"cpu"}


@pytest.mark.parametrize("device", ["gpu", "", "vulkan:", "vulkan:x", "cpu:0", 1])
def test_a_name_that_is_none(device: str) -> None:
    with pytest.raises(CallError, match="device") as caught:
        dcmobile.load(_FILE, device=device)
    assert caught.value.code is Code.CALL_ARGUMENT


def test_a_device_that_is_not_there_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "dcmobile"), dcmobile.load(_FILE, device="vulkan:77") as model:
        assert model.device_report.device == "cpu"
        assert model.device_report.fallback != ""
        assert [record.getMessage() for record in caplog.records] == [
            f"{_FILE} runs on the CPU: {model.device_report.fallback}"
        ]


@needs_driver
@pytest.mark.parametrize("driver", DRIVERS)
def test_devices(driver: str) -> None:
    listed = _cli("devices", driver=driver)
    assert listed.returncode == 0, listed.stderr
    assert "vulkan:0" in listed.stdout
    assert "subgroups of" in listed.stdout
    devices = json.loads(_cli("devices", "--json", driver=driver).stdout)
    assert [device["id"] for device in devices] == ["cpu", "vulkan:0"]
    assert devices[1]["kind"] == "CPU"
    assert devices[1]["workgroup_size"] >= 128
    assert devices[1]["storage_range"] >= 2**27


@needs_driver
@pytest.mark.parametrize("driver", DRIVERS)
def test_commands(driver: str, inputs: list[str], tmp_path: Path) -> None:
    device = next(each for each in json.loads(_cli("devices", "--json", driver=driver).stdout) if each["id"] != "cpu")
    ran = _cli("run", _FILE, *inputs, "--device", "vulkan", driver=driver)
    assert ran.returncode == 0, ran.stderr
    assert device["name"] in ran.stdout
    shown = _cli("inspect", _FILE, "--device", "vulkan", driver=driver)
    assert shown.returncode == 0, shown.stderr
    assert device["name"] in shown.stdout
    report = json.loads(_cli("inspect", _FILE, "--json", "--device", "vulkan:0", driver=driver).stdout)
    assert report["device"]["device"] == "vulkan:0"
    assert report["device"]["ops_placed"] == sum(each["reason"] == "on vulkan" for each in report["operators"])
    timed = _cli("bench", _FILE, "--device", "vulkan", "--runs", 2, "--seconds", 0, "--json", driver=driver)
    assert timed.returncode == 0, timed.stderr
    assert json.loads(timed.stdout)["placement"]["operators_placed"] > 0
    missing = _cli("bench", _FILE, "--device", "vulkan:9", "--runs", 2, "--seconds", 0, driver=driver)
    assert "device    the CPU: no device 'vulkan:9'" in missing.stdout
    wrong = _cli("run", _FILE, *inputs, "--device", "gpu", driver=driver)
    assert wrong.returncode == 2
    assert "--device" in wrong.stderr


@needs_driver
@pytest.mark.parametrize("driver", DRIVERS)
def test_dcm_device(driver: str) -> None:
    script = f"import dcmobile; print(dcmobile.load({str(_FILE)!r}).device_report.device)"
    for name, expected in (("vulkan", "vulkan"), ("cpu", "cpu"), ("", "cpu")):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**environment(driver), "DCM_DEVICE": name},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split()[-1] == expected


@needs_driver
def test_the_cache_is_in_the_users_directory(tmp_path: Path) -> None:
    run_python(DRIVERS[0], "-c", f"import dcmobile; dcmobile.load({str(_FILE)!r}, device='vulkan')", cache=tmp_path)
    (file,) = (tmp_path / "dcmobile").iterdir()
    assert file.suffix == ".cache"
    assert file.stat().st_mode & 0o077 == 0


# A leak of the runtime's; drivers take their own time to settle.
_RUNS = """
import dcmobile, numpy as np, sys
from pathlib import Path
def resident():
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096
with np.load(sys.argv[2]) as held:
    inputs = [held[f"input{i}"] for i in range(sum(key.startswith("input") for key in held.files))]
model = dcmobile.load(sys.argv[1], device="vulkan")
for _ in range(200):
    model(*inputs)
before = resident()
for _ in range(1000):
    model(*inputs)
assert model.device_report.fallback == "", model.device_report
print(resident() - before)
"""


@needs_driver
@pytest.mark.slow
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_thousand_runs_take_no_memory(driver: str) -> None:
    arguments = ("-c", _RUNS, str(_FILE), str(_FILE.with_suffix(".npz")))
    grown = int(run_python(driver, *arguments, validated=False).split()[-1])
    assert grown < 1 << 20, f"{grown} bytes"
