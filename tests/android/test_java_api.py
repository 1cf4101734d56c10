"""The Java API (android_demo/sdk) on this machine's JVM: JUnit tests under -Xcheck:jni, Javadoc, class files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import java_build
import pytest
import signature_attacks
from network_builder import NetworkBuilder

from dcmobile.encode import Encoding
from dcmobile.fileformat import Metadata
from dcmobile.graph import BATCH
from dcmobile.operators import Linear

pytestmark = pytest.mark.skipif(
    bool(java_build.MISSING), reason=f"no {', '.join(java_build.MISSING)}: scripts/install-system-packages java"
)

_TESTS = java_build.SDK / "src/test/java"
_ALONE = {"LeakTest", "MissingLibraryTest", "SignatureTest"}  # in a JVM of their own
_FLAT = ("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=2m")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java_build.compile_api(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory, api: Path) -> Path:
    return java_build.compile_tests(tmp_path_factory.mktemp("tests"), api)


@pytest.fixture(scope="module")
def birds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network whose names need four bytes a character in UTF-8."""
    bird = "\U0001f426"
    build = NetworkBuilder(1, {bird: (BATCH, 3)})
    last = build.add(Linear(), weight=build.shared("w", (2, 3), Encoding.SPARSE_SHARED, density=0.5, centroids=2))
    path = tmp_path_factory.mktemp("models") / "birds.dcmodel"
    path.write_bytes(build.file(last, metadata=Metadata(labels=(bird, f"a{bird}b"), entries={bird: bird * 2})))
    return path


def _java(classes: list[Path], *arguments: str) -> subprocess.CompletedProcess[str]:
    checks = ("-Xcheck:jni", "-enableassertions", "-XX:+ErrorFileToStderr", "-XX:-CreateCoredumpOnCrash")
    opened = ("--add-opens", "java.base/java.io=ALL-UNNAMED")  # for the stand-in of ParcelFileDescriptor
    command = ["java", *checks, *opened, "-classpath", java_build.class_path(*classes, *java_build.JUNIT), *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}  # names of files are UTF-8, as on Android
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _jni_warnings(output: str) -> list[str]:
    return [line for line in output.splitlines() if re.search(r"\bJNI\b|in native method", line)]


def _junit(classes: list[Path], names: list[str], *options: str) -> None:
    done = _java(classes, *options, "org.junit.runner.JUnitCore", *(f"org.dcmobile.{name}" for name in names))
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert re.search(r"^OK \(\d+ tests?\)$", done.stdout, re.MULTILINE), output
    assert _jni_warnings(output) == []


def _properties(birds: Path) -> list[str]:
    header = java_build.REPOSITORY / "runtime/include/dcmobile/dcmobile.h"
    given = {"library": java_build.native_library(), "golden": java_build.REPOSITORY / "tests/golden"}
    return [f"-Dorg.dcmobile.{name}={value}" for name, value in {**given, "header": header, "birds": birds}.items()]


@pytest.mark.slow
def test_junit(api: Path, tests: Path, birds: Path) -> None:
    names = sorted(path.stem for path in (_TESTS / "org/dcmobile").glob("*Test.java") if path.stem not in _ALONE)
    assert len(names) >= 6
    _junit([api, tests], names, *_properties(birds))


@pytest.mark.slow
def test_memory_stays_where_it_is(api: Path, tests: Path, birds: Path) -> None:
    # One compiler: what the second one takes for itself would hide what is looked for.
    _junit([api, tests], ["LeakTest"], *_FLAT, "-XX:TieredStopAtLevel=1", *_properties(birds))


@pytest.mark.slow
def test_signatures(api: Path, tests: Path, tmp_path: Path) -> None:
    signed = tmp_path / "signed.dcmodel"
    golden = java_build.REPOSITORY / "tests/golden"
    signed.write_bytes(
        signature_attacks.sign((golden / "convolutional.dcmodel").read_bytes(), signature_attacks.TRUSTED)
    )
    given = {
        "library": java_build.native_library("dcmobile_jni_signatures"),
        "golden": golden,
        "signed": signed,
        "key": signature_attacks.PUBLIC_KEY.hex(),
    }
    _junit([api, tests], ["SignatureTest"], *(f"-Dorg.dcmobile.{name}={value}" for name, value in given.items()))


def test_without_the_native_library(api: Path, tests: Path) -> None:
    _junit([api, tests], ["MissingLibraryTest"], "-Dorg.dcmobile.library=/no/such/library.so")
    _junit([api, tests], ["MissingLibraryTest"], "-Djava.library.path=/no/such/folder")


def test_a_jni_warning_is_seen(api: Path, tests: Path, tmp_path: Path) -> None:
    """A native method that goes on calling while an exception is pending, which nothing but -Xcheck:jni notices."""
    (tmp_path / "Careless.java").write_text(
        "public class Careless {\n"
        "  static native void call();\n"
        "  static void fail() { throw new IllegalStateException(); }\n"
        "  public static void main(String[] arguments) {\n"
        "    System.load(arguments[0]);\n"
        "    try { call(); } catch (IllegalStateException expected) { }\n"
        "  }\n"
        "}\n"
    )
    (tmp_path / "careless.c").write_text(
        "#include <jni.h>\n"
        "JNIEXPORT void JNICALL Java_Careless_call(JNIEnv *env, jclass type) {\n"
        '  jmethodID fail = (*env)->GetStaticMethodID(env, type, "fail", "()V");\n'
        "  (*env)->CallStaticVoidMethod(env, type, fail);\n"
        '  (*env)->FindClass(env, "java/lang/String");\n'
        "}\n"
    )
    home = Path(os.path.realpath(str(shutil.which("javac")))).parents[1]
    includes = [f"-I{home / 'include'}", f"-I{home / 'include/linux'}"]
    library = tmp_path / "libcareless.so"
    subprocess.run(["cc", "-shared", "-fPIC", *includes, "-o", library, tmp_path / "careless.c"], check=True)
    subprocess.run(["javac", "-d", tmp_path, tmp_path / "Careless.java"], check=True)
    done = _java([tmp_path], "Careless", str(library))
    assert done.returncode == 0
    assert any("WARNING in native method" in line for line in _jni_warnings(done.stdout + done.stderr))


def test_javadoc_has_no_warnings(tmp_path: Path) -> None:
    sources = java_build.class_path(java_build.SDK / "src/main/java", java_build.SDK / "src/desktop/java")
    options = ("-quiet", "-Xdoclint:all", "-Werror", "--release", "8", "-encoding", "UTF-8", "-sourcepath", sources)
    done = subprocess.run(
        ["javadoc", *options, "-d", tmp_path, "org.dcmobile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pages = {path.stem for path in (tmp_path / "org/dcmobile").glob("*.html")}
    assert {"Model", "Options", "Options.Builder", "TensorInfo", "DcmException", "Code"} <= pages
    assert not {"Native", "NativeModel", "Context", "ForgottenModels"} & pages


def test_class_files_are_what_android_tools_take(api: Path) -> None:
    """Java 8 without lambdas and the like, which Debian's dx refuses; only org.dcmobile's own classes."""
    files = sorted(api.rglob("*.class"))
    assert {file.parent for file in files} == {api / "org/dcmobile"}
    done = subprocess.run(["javap", "-private", "-verbose", *files], check=True, capture_output=True, text=True)
    assert set(re.findall(r"^  major version: (\d+)$", done.stdout, re.MULTILINE)) == {"52"}
    assert "invokedynamic" not in done.stdout
    assert "Landroidx/annotation/NonNull;" in done.stdout  # what Kotlin goes by
    assert "RuntimeVisibleAnnotations" not in done.stdout
