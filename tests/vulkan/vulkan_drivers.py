"""The Vulkan drivers for the CPU that are here: Mesa's lavapipe, and SwiftShader, which comes with Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_FILES = {
    "lavapipe": Path("/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"),
    "swiftshader": Path("/usr/lib/chromium/vk_swiftshader_icd.json"),
}
_LAYER = Path("/usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json")

DRIVERS = [name for name, path in _FILES.items() if path.exists()]
MISSING = "no Vulkan driver: scripts/install-system-packages vulkan"

# What the layer says when it is not content, and what it would say of a leak.
COMPLAINTS = ("VUID-", "Validation Error", "Validation Warning", "UNASSIGNED", "SYNC-HAZARD")


def environment(driver: str, cache: Path | None = None, validated: bool = True) -> dict[str, str]:
    """Of a process that sees that driver alone, watched by the validation layer if it is there.

    cache: the directory that the runtime's and the driver's caches go to; None: none of them.
    """
    result = {**os.environ, "VK_ICD_FILENAMES": str(_FILES[driver])}
    result.pop("DCM_DEVICE", None)
    if validated and _LAYER.exists():
        result["VK_INSTANCE_LAYERS"] = "VK_LAYER_KHRONOS_validation"
        result["VK_LAYER_ENABLES"] = "VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT"
    result["XDG_CACHE_HOME"] = str(cache) if cache is not None else "/proc/nowhere"  # not even root can make it
    if cache is None:
        result["MESA_SHADER_CACHE_DISABLE"] = "true"
    return result


def run_python(driver: str, *arguments: str, cache: Path | None = None, validated: bool = True) -> str:
    """What Python prints with these arguments in such an environment. Fails if it fails or the layer speaks."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(driver, cache, validated),
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-4000:]
    assert not any(complaint in output for complaint in COMPLAINTS), output[:4000]
    return done.stdout
