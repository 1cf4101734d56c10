"""The generated Java class: a method that opens each model, and what is known of it as constants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dcmobile.bundle.bundled_model import BundledModel
from dcmobile.bundle.java_names import comment_text, constant_names, split_class, string_literal
from dcmobile.bundle.manifest import manifest_asset
from dcmobile.model import TensorInfo

_HEAD = """\
package {package};

import android.content.res.AssetManager;
import androidx.annotation.NonNull;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.dcmobile.BundleManifest;
import org.dcmobile.Model;
import org.dcmobile.Options;

/**
 * The networks of this app. Written by {{@code dcmobile bundle}}; changes are lost when it runs again.
 *
 * <p>The assets must be stored uncompressed: {{@code android {{ androidResources {{ noCompress "dcmodel" }} }}}} in the
 * app's build.gradle.
 */
public final class {simple} {{
    /** Sizes and SHA-256 of the models, for {{@link BundleManifest}}: a path under {{@code assets/}}. */
    public static final String MANIFEST = {manifest};

    private {simple}() {{}}

    /**
     * Reads every model and checks that it is the one that shipped. Takes time: not on the main thread.
     *
     * @param assets of the app, such as {{@code context.getAssets()}}
     * @throws org.dcmobile.DcmException FILE_CHECKSUM if one is not; FILE_IO if one cannot be read
     */
    public static void verify(@NonNull AssetManager assets) {{
        BundleManifest.read(assets, MANIFEST).verify(assets);
    }}
"""
_MODEL = """
    /**
     * {asset}: {size:,} bytes.
     *
{tensors}
     */
    public static final class {name} {{
        /** Its path under {{@code assets/}}. */
        public static final String ASSET = {literal};

        /** Its size. */
        public static final long BYTES = {size}L;

        /** SHA-256 of the file. */
        public static final String SHA256 = "{sha256}";
{constants}
        private {name}() {{}}
    }}

    /**
     * Opens {{@link {name}}} with the default options. Takes time: not on the main thread.
     *
     * @param assets of the app, such as {{@code context.getAssets()}}
     * @return to be closed
     * @throws org.dcmobile.DcmException as {{@link Model#open(AssetManager, String, Options)}} does
     */
    @NonNull
    public static Model open{name}(@NonNull AssetManager assets) {{
        return Model.open(assets, {name}.ASSET);
    }}

    /**
     * Opens {{@link {name}}}. Takes time: not on the main thread.
     *
     * @param assets of the app, such as {{@code context.getAssets()}}
     * @param options how to open and run it
     * @return to be closed
     * @throws org.dcmobile.DcmException as {{@link Model#open(AssetManager, String, Options)}} does
     */
    @NonNull
    public static Model open{name}(@NonNull AssetManager assets, @NonNull Options options) {{
        return Model.open(assets, {name}.ASSET, options);
    }}
"""
_TENSOR = """
        /** The name of {kind} {index}. */
        public static final String {constant} = {name};

        /** Its dimensions{batch}. */
        public static final List<Integer> {constant}_SHAPE =
                Collections.unmodifiableList(Arrays.asList({dims}));
"""


def accessor_source(java_class: str, models: Sequence[BundledModel]) -> str:
    """The file ``CLASS.java``, Java 8, for the API of org.dcmobile."""
    package, simple = split_class(java_class)
    head = _HEAD.format(package=package, simple=simple, manifest=string_literal(manifest_asset(java_class)))
    return head + "".join(_model_source(model) for model in models) + "}\n"


def source_path(java_class: str) -> str:
    """Where the file belongs below a folder of sources."""
    return f"{java_class.replace('.', '/')}.java"


def _model_source(model: BundledModel) -> str:
    lines = ["     * <ul>"]
    for kind, tensors in (("in", model.inputs), ("out", model.outputs)):
        lines += [f"     *   <li>{kind}: {_described(tensor)}" for tensor in tensors]
    lines.append("     * </ul>")
    constants = "".join([*_constants("input", model.inputs), *_constants("output", model.outputs)])
    return _MODEL.format(
        asset=comment_text(model.asset),
        literal=string_literal(model.asset),
        size=len(model.data),
        tensors="\n".join(lines),
        name=model.java_class,
        sha256=model.sha256,
        constants=constants,
    )


def _constants(kind: str, tensors: Sequence[TensorInfo]) -> Iterator[str]:
    names = constant_names(kind.upper(), [tensor.name for tensor in tensors])
    for index, (tensor, constant) in enumerate(zip(tensors, names, strict=True)):
        yield _TENSOR.format(
            kind=kind,
            index=index,
            constant=constant,
            name=string_literal(tensor.name),
            batch="; the first, -1, is the batch" if tensor.shape[:1] == (-1,) else "",
            dims=", ".join(map(str, tensor.shape)),
        )


def _described(tensor: TensorInfo) -> str:
    shape = ", ".join("B" if size == -1 else str(size) for size in tensor.shape)
    return f"{comment_text(tensor.name)} [{shape}]"
