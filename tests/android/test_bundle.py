"""``dcmobile bundle``: what is in an AAR, that Java can use it, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from bundled_app import data_place, desktop_library, run_java
from command_line import call, fails
from hypothesis import given
from hypothesis import strategies as st

import dcmobile
from dcmobile.bundle.accessor import accessor_source, source_path
from dcmobile.bundle.archive import archive
from dcmobile.bundle.bundled_model import BundledModel
from dcmobile.bundle.java_build import compile_classes
from dcmobile.bundle.java_names import constant_names, is_identifier
from dcmobile.model import TensorInfo

_REPOSITORY = Path(__file__).parents[2]
_GOLDEN = _REPOSITORY / "tests/golden"
_MODEL = _GOLDEN / "convolutional.dcmodel"
_OTHER = _GOLDEN / "transformer.dcmodel"
_SDK = _REPOSITORY / "android_demo/sdk"

needs_java = pytest.mark.skipif(shutil.which("javac") is None, reason="no javac: scripts/install-system-packages java")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shared library for x86_64 with the entry point of the Java API and nothing else."""
    folder = tmp_path_factory.mktemp("library")
    return _build_library(folder, "int JNI_OnLoad(void *vm, void *x) { return 0x10006; }\n")


def _build_library(folder: Path, source: str, *flags: str) -> Path:
    (folder / "x.c").write_text(source)
    path = folder / "libdcmobile.so"
    options = flags or ("-Wl,-z,max-page-size=16384",)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", *options, "-o", path, folder / "x.c"], check=True)
    return path


@pytest.fixture(scope="module")
def aar(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("aar") / "app-models.aar"
    done = call("bundle", f"digits={_MODEL}", _OTHER, "-o", path, "--library", f"x86_64={library}")
    assert done.exit_code == 0, done.output
    return path


@needs_java
def test_what_is_in_an_aar(aar: Path, library: Path) -> None:
    data = aar.read_bytes()
    with zipfile.ZipFile(aar) as file:
        names = file.namelist()
        assert names == [
            "AndroidManifest.xml",
            "R.txt",
            "classes.jar",
            "META-INF/com/android/build/gradle/aar-metadata.properties",
            "proguard.txt",
            "jni/x86_64/libdcmobile.so",
            "assets/digits.dcmodel",
            "assets/transformer.dcmodel",
            "assets/dcmobile/org.dcmobile.models.AppModels.json",
        ]
        assert file.testzip() is None
        assert file.read("assets/digits.dcmodel") == _MODEL.read_bytes()
        assert file.read("jni/x86_64/libdcmobile.so") == library.read_bytes()
        assert file.read("proguard.txt") == (_SDK / "consumer-rules.pro").read_bytes()
        assert b'package="org.dcmobile.models"' in file.read("AndroidManifest.xml")
        assert b"aarFormatVersion=1.0\n" in file.read(names[3])
        for info in file.infolist():
            assert (info.compress_type, info.date_time) == (zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0))
            alignment = 0x4000 if info.filename.startswith("jni/") else 16 if "/" in info.filename else 4
            place = data_place(data, info)
            assert place % alignment == 0
            assert data[place : place + info.file_size] == file.read(info)
        manifest = json.loads(file.read(names[-1]))
        with zipfile.ZipFile(io.BytesIO(file.read("classes.jar"))) as jar:
            classes = jar.namelist()
            assert all(jar.read(name)[:8] == bytes.fromhex("cafebabe00000034") for name in classes)  # Java 8
    assert {"org/dcmobile/Model.class", "org/dcmobile/models/AppModels$Digits.class"} <= set(classes)
    assert not [name for name in classes if name.startswith(("android", "androidx"))]
    assert manifest["models"][0] == {
        "asset": "digits.dcmodel",
        "bytes": _MODEL.stat().st_size,
        "sha256": hashlib.sha256(_MODEL.read_bytes()).hexdigest(),
        "inputs": [{"name": "picture", "shape": [-1, 2, 13, 12]}],
        "outputs": [{"name": "op7", "shape": [-1, 5]}],
    }


@needs_java
def test_the_same_files_give_the_same_bytes(aar: Path, library: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.aar"
    done = call(
        "bundle", f"digits={_MODEL}", _OTHER, "-o", again, "--library", f"x86_64={library}", "--json", "--quiet"
    )
    assert again.read_bytes() == aar.read_bytes()
    report = json.loads(done.stdout)
    assert report["output_bytes"] == aar.stat().st_size
    (abi,) = report["abis"]
    assert abi["library_bytes"] == library.stat().st_size
    assert 0 < abi["library_compressed_bytes"] < abi["library_bytes"]
    assert abi["all_bytes"] == sum(abi[key] for key in ("library_bytes", "models_bytes")) + report["classes_bytes"]


@needs_java
def test_java_uses_the_bundle(aar: Path, tmp_path: Path) -> None:
    """The network runs out of the AAR."""
    lines = _run_app(aar, aar, tmp_path, desktop_library())
    assert lines[0].split() == ["digits.dcmodel", "2208", hashlib.sha256(_MODEL.read_bytes()).hexdigest()]
    assert lines[2:4] == ["verified", "picture [-1, 2, 13, 12]"]
    assert lines[4] == "[picture [B, 2, 13, 12]] 2208"
    with dcmobile.load(_MODEL) as model:
        expected = model(np.full((1, 2, 13, 12), 0.5, np.float32)).reshape(-1)
    assert np.array_equal(np.array(json.loads(lines[5]), np.float32), expected)


@needs_java
def test_java_refuses_another_model(aar: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.aar"
    data = bytearray(aar.read_bytes())
    with zipfile.ZipFile(aar) as file:
        info = file.getinfo("assets/transformer.dcmodel")
    data[data_place(data, info) + info.file_size // 2] ^= 1
    changed.write_bytes(data)
    lines = _run_app(aar, changed, tmp_path, None)
    assert lines[2].startswith("FILE_CHECKSUM asset 'transformer.dcmodel' is not the one that shipped")


@needs_java
def test_models_only(tmp_path: Path) -> None:
    path = tmp_path / "more.aar"
    words = ("--models-only", "--class", "com.example.net.MoreModels", "--java-source", tmp_path / "src", "--quiet")
    assert call("bundle", _MODEL, "-o", path, *words).output == ""
    with zipfile.ZipFile(path) as file:
        assert not [name for name in file.namelist() if name.startswith("jni/") or name == "proguard.txt"]
        assert b'package="com.example.net"' in file.read("AndroidManifest.xml")
        with zipfile.ZipFile(io.BytesIO(file.read("classes.jar"))) as jar:
            assert jar.namelist() == [
                "com/example/net/MoreModels$Convolutional.class",
                "com/example/net/MoreModels.class",
            ]
    assert "public static Model openConvolutional(" in (tmp_path / "src/com/example/net/MoreModels.java").read_text()


def test_into_the_assets_of_an_app(tmp_path: Path) -> None:
    assets = tmp_path / "app/src/main/assets"
    done = call("bundle", _MODEL, f"words={_OTHER}", "--into", assets, "--java-source", tmp_path / "src")
    assert done.exit_code == 0, done.output
    assert 'noCompress "dcmodel"' in done.stdout
    assert (assets / "convolutional.dcmodel").read_bytes() == _MODEL.read_bytes()
    assert (assets / "words.dcmodel").read_bytes() == _OTHER.read_bytes()
    manifest = json.loads((assets / "dcmobile/org.dcmobile.models.AppModels.json").read_text())
    assert [model["asset"] for model in manifest["models"]] == ["convolutional.dcmodel", "words.dcmodel"]
    assert (tmp_path / "src/org/dcmobile/models/AppModels.java").is_file()
    before = (assets / "words.dcmodel").stat().st_mtime_ns
    assert call("bundle", _MODEL, f"words={_OTHER}", "--into", assets).exit_code == 0
    assert (assets / "words.dcmodel").stat().st_mtime_ns == before  # Gradle need not package it again


def test_large_models_become_asset_packs(tmp_path: Path) -> None:
    assets, packs = tmp_path / "assets", tmp_path / "project"
    done = call("bundle", _MODEL, _OTHER, "--into", assets, "--split-over", "3kB", "--packs", packs)
    assert done.exit_code == 0, done.output
    assert "include ':model_transformer'" in done.stdout
    assert (packs / "model_transformer/src/main/assets/transformer.dcmodel").read_bytes() == _OTHER.read_bytes()
    build = (packs / "model_transformer/build.gradle").read_text()
    assert "id 'com.android.asset-pack'" in build
    assert "packName = 'model_transformer'" in build
    assert not (assets / "transformer.dcmodel").exists()
    manifest = json.loads((assets / "dcmobile/org.dcmobile.models.AppModels.json").read_text())
    assert len(manifest["models"]) == 2  # an asset of the pack is one of the app's


def test_what_is_refused(tmp_path: Path, library: Path) -> None:
    output = tmp_path / "x.aar"
    damaged = tmp_path / "damaged.dcmodel"
    data = bytearray(_MODEL.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    cases = {
        "No such file": (tmp_path / "none.dcmodel",),
        "not a .dcmodel": (library,),
        "damaged.dcmodel: ": (_MODEL, damaged),
        "would both be convolutional.dcmodel": (_MODEL, _MODEL),
        "would both be the Java class TheNet": (f"the_net={_MODEL}", f"the-net={_OTHER}"),
        "would be the Java class '3d', which is no name": (f"3d={_MODEL}",),
        "would hide the Java class Model": (f"model={_MODEL}",),
        "would hide the Java class AppModels": (f"app_models={_MODEL}",),
        "cannot be the name of an asset": (f"a b={_MODEL}",),
    }
    for said, models in cases.items():
        found = fails(1, "bundle", *models, "-o", output, "--library", f"x86_64={library}")
        assert said in found, found
    assert not output.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Models", "is no Java class in a package"),
        ("a.b.class", "is no Java class in a package"),
        ("a.b.String", "would hide a class that it uses: take another name"),
        ("org.dcmobile.Models", "would hide a class that it uses: take another package"),
    ],
)
def test_class_names_that_are_refused(tmp_path: Path, name: str, said: str) -> None:
    assert said in fails(1, "bundle", _MODEL, "--into", tmp_path, "--class", name)
    assert list(tmp_path.iterdir()) == []


def test_libraries_that_are_refused(tmp_path: Path, library: Path) -> None:
    def refused(*libraries: object) -> str:
        words = [word for each in libraries for word in ("--library", each)]
        return fails(1, "bundle", _MODEL, "-o", tmp_path / "x.aar", *words)

    assert "write ABI=FILE" in refused(library)
    assert "write ABI=FILE" in refused(f"mips={library}")
    assert "two files for x86_64" in refused(f"x86_64={library}", f"x86_64={library}")
    assert "is for x86_64, not for arm64-v8a" in refused(f"arm64-v8a={library}")
    assert "is no shared library for Android" in refused(f"x86_64={_MODEL}")
    assert "cannot read" in refused("x86_64=/none")
    small = _build_library(tmp_path, "int JNI_OnLoad(void) { return 0; }\n", "-Wl,-z,max-page-size=4096")
    assert "linked for pages of 4096 bytes" in refused(f"x86_64={small}")
    without = _build_library(tmp_path, "int f(void) { return 0; }\n")
    assert "has no JNI_OnLoad" in refused(f"x86_64={without}")
    assert not (tmp_path / "x.aar").exists()


def test_without_a_jdk(tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    said = fails(1, "bundle", _MODEL, "-o", tmp_path / "x.aar", "--library", f"x86_64={library}")
    assert said.startswith("javac is not installed")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give either -o FILE.aar or --into FOLDER"),
        (("-o", "x.zip"), "the name of an AAR ends in .aar"),
        (("--into", "x", "--library", "x86_64=y"), "--library and --into exclude each other"),
        (("--into", "x", "--models-only"), "--models-only is for an AAR"),
        (("-o", "x.aar", "--packs", "y"), "--packs needs --split-over"),
        (("--into", "x", "--split-over", "1MB"), "--split-over with --into needs --packs"),
    ],
)
def test_options_that_do_not_go_together(options: tuple[str, ...], said: str) -> None:
    assert said in fails(2, "bundle", _MODEL, *options)


def test_nothing_is_written_where_something_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "src").write_text("a file")
    assert "is not a folder" in fails(
        1, "bundle", _MODEL, "--into", tmp_path / "assets", "--java-source", tmp_path / "src"
    )
    assert not (tmp_path / "assets").exists()


@needs_java
def test_names_of_tensors_can_be_anything() -> None:
    names = ["x", "x_shape", "X", "", "*/ class Evil {", '\\u002a/ "\n', "{@code", "日本🙂", "<b>", "a.b:0"]
    tensors = tuple(TensorInfo(name, (-1, index + 1)) for index, name in enumerate(names))
    model = BundledModel("net", "Net", Path("net.dcmodel"), b"x", tensors, tensors[:1], 0)
    source = accessor_source("org.example.Nets", [model])
    assert source.isascii()
    classes = compile_classes({source_path("org.example.Nets"): source}, with_api=False)
    assert sorted(classes) == ["org/example/Nets$Net.class", "org/example/Nets.class"]
    constants = classes["org/example/Nets$Net.class"]
    assert "日本".encode() in constants  # in a class file a character above U+FFFF is two
    assert b"*/ class Evil {" in constants
    assert b'\\u002a/ "\n' in constants


@given(st.lists(st.text(max_size=6), max_size=6))
def test_constants_have_names_of_their_own(names: list[str]) -> None:
    found = constant_names("INPUT", names)
    every = [name + ending for name in found for ending in ("", "_SHAPE")]
    assert len(set(every)) == 2 * len(names)
    assert all(is_identifier(name) for name in every)


@given(st.dictionaries(st.text("abc/", min_size=1), st.binary(max_size=40), max_size=5), st.sampled_from([4, 16, 4096]))
def test_archives_are_aligned_and_whole(entries: dict[str, bytes], alignment: int) -> None:
    data = archive(entries, dict.fromkeys(entries, alignment))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {info.filename: file.read(info) for info in file.infolist()} == entries
        assert all(data_place(data, info) % alignment == 0 for info in file.infolist())


def _run_app(aar: Path, apk: Path, folder: Path, native: Path | None) -> list[str]:
    return run_java(aar, apk, folder, [Path(__file__).with_name("BundledApp.java")], "BundledApp", native)
