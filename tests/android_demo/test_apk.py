"""The demo app against Android's classes and tools, where scripts/build-android-demo has unpacked them; the APK."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from java_tools import ANDROID_JAR, APP, DEMO, FRAMEWORK, REPOSITORY, compile_java, java_files, missing

_APK = REPOSITORY / "build/android-demo/dcmobile-demo.apk"


def test_resources_link_and_sources_compile_for_android(tmp_path: Path) -> None:
    absent = missing("javac", "aapt2", ANDROID_JAR, FRAMEWORK)
    if absent:
        pytest.skip(f"the app is not compiled for Android: no {', '.join(absent)}; scripts/build-android-demo tools")
    manifest = (APP / "main/AndroidManifest.xml").read_text()
    (tmp_path / "AndroidManifest.xml").write_text(
        manifest.replace("<manifest ", '<manifest package="org.dcmobile.demo" ')
    )
    resources = tmp_path / "resources.zip"
    link: list[str | Path] = [
        "link",
        "-o",
        tmp_path / "resources.apk",
        "-I",
        FRAMEWORK,
        "--java",
        tmp_path / "generated",
    ]
    link += ["--manifest", tmp_path / "AndroidManifest.xml", "--min-sdk-version", "28", "--target-sdk-version", "35"]
    compiling: list[str | Path] = ["compile", "--dir", APP / "main/res", "-o", resources]
    for arguments in (compiling, [*link, resources]):
        done = subprocess.run(["aapt2", *arguments], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warn" not in done.stderr
    (tmp_path / "classes").mkdir()
    sdk = [DEMO / "sdk/src/main/java", DEMO / "sdk/src/desktop/java/androidx"]
    sources = java_files(APP / "main/java", tmp_path / "generated", *sdk)
    compile_java(sources, tmp_path / "classes", "-source", "8", "-target", "8", "-bootclasspath", ANDROID_JAR)


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("DCMOBILE_TEST_APK") != "1", reason="DCMOBILE_TEST_APK=1 builds the demo app (minutes)"
)
def test_the_apk_is_signed_and_aligned_and_holds_what_it_should() -> None:
    done = subprocess.run([REPOSITORY / "scripts/build-android-demo"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(_APK) as apk:
        stored = {info.filename for info in apk.infolist() if info.compress_type == zipfile.ZIP_STORED}
        names = set(apk.namelist())
        assert {name for name in names if name.endswith((".dcmodel", ".so"))} <= stored
        assert "assets/sample.jpg" in names
        assert "resources.arsc" in stored  # or Android 11 does not install it
        models = {name.rpartition("/")[2]: apk.getinfo(name) for name in names if name.endswith(".dcmodel")}
        one, other = models["mobilenet_v2.dcmodel"], models["mobilenet_v2_uncompressed.dcmodel"]
        assert other.file_size / one.file_size > 6
        assert apk.read("classes.dex")[:7] == b"dex\n039"  # what minSdk 28 reads
    aligned = subprocess.run(["zipalign", "-c", "-v", "16384", _APK], check=True, capture_output=True, text=True).stdout
    assert re.search(r"lib/arm64-v8a/libdcmobile\.so \(OK\)", aligned)
    verified = subprocess.run(
        ["apksigner", "verify", "--verbose", "--min-sdk-version", "28", _APK],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Verified using v3 scheme (APK Signature Scheme v3): true" in verified
    badging = subprocess.run(["aapt2", "dump", "badging", _APK], check=True, capture_output=True, text=True).stdout
    for line in ("sdkVersion:'28'", "targetSdkVersion:'35'", "native-code: 'arm64-v8a'"):
        assert line in badging
    assert "launchable-activity: name='org.dcmobile.demo.MainActivity'" in badging
    assert "uses-permission" not in badging
