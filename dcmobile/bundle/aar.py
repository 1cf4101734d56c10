"""An AAR: what an Android library is (developer.android.com, "AAR anatomy")."""

from __future__ import annotations

from collections.abc import Sequence

from dcmobile.bundle.archive import archive
from dcmobile.bundle.contents import Contents
from dcmobile.bundle.java_build import compile_classes, consumer_rules
from dcmobile.bundle.java_names import split_class
from dcmobile.bundle.native_library import FILE_NAME, NativeLibrary

MIN_SDK = 28
_MANIFEST = """\
<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{package}">
    <uses-sdk android:minSdkVersion="{min_sdk}" />
</manifest>
"""
_METADATA = f"""\
aarFormatVersion=1.0
aarMetadataVersion=1.0
minCompileSdk={MIN_SDK}
minCompileSdkExtension=0
minAndroidGradlePluginVersion=4.1.0
coreLibraryDesugaringEnabled=false
"""
_PAGE = 0x4000
_VECTOR = 16


def aar_entries(contents: Contents, libraries: Sequence[NativeLibrary], with_api: bool) -> dict[str, bytes]:
    """The files of the AAR. with_api: with org.dcmobile; without it the app has it from elsewhere."""
    package, _ = split_class(contents.java_class)
    entries = {
        "AndroidManifest.xml": _MANIFEST.format(package=package, min_sdk=MIN_SDK).encode(),
        "R.txt": b"",
        "classes.jar": archive(compile_classes(contents.sources, with_api)),
        "META-INF/com/android/build/gradle/aar-metadata.properties": _METADATA.encode(),
    }
    if with_api:
        entries["proguard.txt"] = consumer_rules()
    entries |= {f"jni/{each.abi}/{FILE_NAME}": each.data for each in libraries}
    return entries | {f"assets/{path}": data for path, data in contents.assets.items()}


def aar_bytes(entries: dict[str, bytes]) -> bytes:
    """Stored and aligned: native libraries to pages, assets to vectors."""
    alignments = {name: _PAGE if name.startswith("jni/") else _VECTOR for name in entries if "/" in name}
    return archive(entries, alignments)
