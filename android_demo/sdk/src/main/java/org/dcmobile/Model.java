package org.dcmobile;

import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import androidx.annotation.NonNull;
import androidx.annotation.Nullable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A loaded network. Opening verifies, decodes and plans it; a file that opens is safe to run.
 *
 * <pre>{@code
 * try (Model model = Model.open(getAssets(), "mobilenet.dcmodel")) {
 *     float[] scores = model.run(picture);
 * }
 * }</pre>
 *
 * <p><b>Sizes.</b> Values are fp32, row-major. Where the shapes start with the batch, any number of samples from 1 may
 * be passed: it follows from the sizes of the inputs.
 *
 * <p><b>Threads.</b> Any number of threads may call one model at the same time. Each run that goes on has memory and,
 * with {@link Options#threads()} above 1, threads of its own, which are kept for later runs until the model is closed.
 * Opening and running take time: do neither on the main thread.
 *
 * <p><b>Memory.</b> {@link #close()} frees it all, once the runs that still go on are done. A model that is dropped
 * without it is freed when dcmobile is used again after the garbage collector has found it, which may be late: it does not
 * know how large the native memory is.
 *
 * <p>Every failure is a {@link DcmException}.
 */
public final class Model implements AutoCloseable {
    private final NativeModel nativeModel;
    private final ForgottenModels.Watch watch;
    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;
    private final LoadInfo loadInfo;
    private final DeviceReport device;

    private Model(NativeModel nativeModel, long handle) {
        this.nativeModel = nativeModel;
        inputs = tensors(handle, Native.INPUT);
        outputs = tensors(handle, Native.OUTPUT);
        loadInfo = new LoadInfo(Native.numbers(handle, Native.LOAD, 0));
        device = deviceReport(handle);
        nativeModel.watchDevice(device);
        watch = new ForgottenModels.Watch(this, nativeModel);
    }

    // ---- Opening ----

    /**
     * Maps an asset of the app, with the default options.
     *
     * @param assets of the app, such as {@code context.getAssets()}
     * @param name the asset's path under {@code assets/}
     * @return to be closed
     * @throws DcmException as {@link #open(AssetManager, String, Options)} does
     */
    @NonNull
    public static Model open(@NonNull AssetManager assets, @NonNull String name) {
        return open(assets, name, Options.defaults());
    }

    /**
     * Maps an asset of the app where it lies in the APK; nothing is copied or unpacked. The asset must be stored
     * uncompressed: say {@code androidResources { noCompress "dcmodel" }} in the app's build.gradle, which no AAR can
     * say for it.
     *
     * @param assets of the app, such as {@code context.getAssets()}
     * @param name the asset's path under {@code assets/}
     * @param options how to open and run it
     * @return to be closed
     * @throws DcmException FILE_IO if there is no such asset or it is compressed; FILE or GRAPH if the file is damaged or
     *     needs a newer runtime; MACHINE if memory, threads or the native library fail
     */
    @NonNull
    public static Model open(@NonNull AssetManager assets, @NonNull String name, @NonNull Options options) {
        require(assets, "assets");
        require(name, "name");
        require(options, "options");
        prepare();
        try (AssetFileDescriptor asset = openAsset(assets, name)) {
            return create(
                    Native.openFd(
                            asset.getParcelFileDescriptor().getFd(),
                            asset.getStartOffset(),
                            asset.getLength(),
                            options.threads(),
                            options.memoryLimit(),
                            options.nativeDevice(),
                            options.nativeCacheDirectory()),
                    options);
        } catch (DcmException error) {
            throw error.in("asset '" + name + "'");
        } catch (IOException error) {
            throw new DcmException(Code.FILE_IO, "cannot close asset '" + name + "': " + error.getMessage(), error);
        }
    }

    /**
     * Maps a file, with the default options.
     *
     * @param file a .dcmodel
     * @return to be closed
     * @throws DcmException as {@link #open(File, Options)} does
     */
    @NonNull
    public static Model open(@NonNull File file) {
        return open(file, Options.defaults());
    }

    /**
     * Maps a file. It may be deleted after the call, and must not be changed during it.
     *
     * @param file a .dcmodel
     * @param options how to open and run it
     * @return to be closed
     * @throws DcmException FILE_IO if it cannot be read; FILE or GRAPH if it is damaged or needs a newer runtime; MACHINE
     *     if memory, threads or the native library fail
     */
    @NonNull
    public static Model open(@NonNull File file, @NonNull Options options) {
        require(file, "file");
        require(options, "options");
        String path = file.getPath();
        if (path.indexOf('\0') >= 0) {
            throw new DcmException(Code.CALL_ARGUMENT, "the path '" + path.replace("\0", "\\0") + "' holds a zero character");
        }
        prepare();
        try {
            return create(
                    Native.openPath(
                            Native.terminated(path),
                            options.threads(),
                            options.memoryLimit(),
                            options.nativeDevice(),
                            options.nativeCacheDirectory()),
                    options);
        } catch (DcmException error) {
            throw error.in(path);
        }
    }

    /**
     * Reads from memory, with the default options.
     *
     * @param data as for {@link #open(ByteBuffer, Options)}
     * @return to be closed
     * @throws DcmException as {@link #open(ByteBuffer, Options)} does
     */
    @NonNull
    public static Model open(@NonNull ByteBuffer data) {
        return open(data, Options.defaults());
    }

    /**
     * Reads from memory. Nothing refers to it after the call; it must not be changed during it.
     *
     * @param data a direct buffer, such as {@code FileChannel.map} gives; the file is what lies between its position and
     *     its limit, which stay as they are
     * @param options how to open and run it
     * @return to be closed
     * @throws DcmException CALL_ARGUMENT if the buffer is not direct; FILE or GRAPH if it is damaged or needs a newer
     *     runtime; MACHINE if memory, threads or the native library fail
     */
    @NonNull
    public static Model open(@NonNull ByteBuffer data, @NonNull Options options) {
        require(data, "data");
        require(options, "options");
        if (!data.isDirect()) {
            throw new DcmException(
                    Code.CALL_ARGUMENT, "data is not a direct buffer; take ByteBuffer.allocateDirect or FileChannel.map");
        }
        prepare();
        int start = data.position();
        int size = Math.max(data.limit() - start, 0);
        return create(
                Native.openMemory(
                        data,
                        start,
                        size,
                        options.threads(),
                        options.memoryLimit(),
                        options.nativeDevice(),
                        options.nativeCacheDirectory()),
                options);
    }

    // ---- Asking ----

    /**
     * What a run takes.
     *
     * @return unmodifiable, in order; also of a closed model
     */
    @NonNull
    public List<TensorInfo> inputs() {
        return inputs;
    }

    /**
     * What a run returns.
     *
     * @return unmodifiable, in order; also of a closed model
     */
    @NonNull
    public List<TensorInfo> outputs() {
        return outputs;
    }

    /**
     * Time that opening took, and sizes.
     *
     * @return also of a closed model
     */
    @NonNull
    public LoadInfo loadInfo() {
        return loadInfo;
    }

    /**
     * Where the model runs. A device that is not there or fails is no exception: the CPU does it all from then on, and a
     * warning goes to the logger "org.dcmobile".
     *
     * @return as it was opened, or with the reason once a run had to fall back; also of a closed model
     */
    @NonNull
    public DeviceReport device() {
        String why = nativeModel.fallback();
        if (why == null) {
            return device;
        }
        return new DeviceReport(Dcmobile.CPU, "", why, new long[] {device.operatorCount(), 0, 0, 0, 0, 0});
    }

    /**
     * Names of the classes, in order of the elements of the first output's last axis.
     *
     * @return unmodifiable; empty if the file has none
     * @throws DcmException CALL_ARGUMENT if the model is closed
     */
    @NonNull
    public List<String> labels() {
        long handle = nativeModel.acquire();
        try {
            int count = Native.count(handle, Native.LABEL);
            ArrayList<String> labels = new ArrayList<String>(count);
            for (int i = 0; i < count; ++i) {
                labels.add(Native.string(handle, Native.LABEL, i));
            }
            return Collections.unmodifiableList(labels);
        } finally {
            nativeModel.release();
        }
    }

    /**
     * Whether the values of the first output are probabilities: a softmax or a sigmoid makes them. Else they are scores,
     * if the network tells classes.
     *
     * @return true if so
     * @throws DcmException CALL_ARGUMENT if the model is closed
     */
    public boolean givesProbabilities() {
        long handle = nativeModel.acquire();
        try {
            return Native.givesProbabilities(handle);
        } finally {
            nativeModel.release();
        }
    }

    /**
     * What else the file says of itself, such as "dcmobile.image": how a picture becomes the input.
     *
     * @return unmodifiable, keys to values, in the file's order; empty if the file has none
     * @throws DcmException CALL_ARGUMENT if the model is closed
     */
    @NonNull
    public Map<String, String> metadata() {
        long handle = nativeModel.acquire();
        try {
            int count = Native.count(handle, Native.METADATA_KEY);
            LinkedHashMap<String, String> entries = new LinkedHashMap<String, String>();
            for (int i = 0; i < count; ++i) {
                entries.put(
                        Native.string(handle, Native.METADATA_KEY, i), Native.string(handle, Native.METADATA_VALUE, i));
            }
            return Collections.unmodifiableMap(entries);
        } finally {
            nativeModel.release();
        }
    }

    /**
     * The plan: each operator with the kernel that runs it and why, in order of execution.
     *
     * @return unmodifiable
     * @throws DcmException CALL_ARGUMENT if the model is closed
     */
    @NonNull
    public List<OperatorInfo> operators() {
        long handle = nativeModel.acquire();
        try {
            int count = Native.count(handle, Native.OPERATOR_NAME);
            ArrayList<OperatorInfo> operators = new ArrayList<OperatorInfo>(count);
            for (int i = 0; i < count; ++i) {
                operators.add(
                        new OperatorInfo(
                                Native.string(handle, Native.OPERATOR_NAME, i),
                                Native.string(handle, Native.OPERATOR_TYPE, i),
                                Native.string(handle, Native.OPERATOR_KERNEL, i),
                                Native.string(handle, Native.OPERATOR_REASON, i),
                                Native.numbers(handle, Native.OPERATOR_NAME, i)));
            }
            return Collections.unmodifiableList(operators);
        } finally {
            nativeModel.release();
        }
    }

    /**
     * Memory that runs have taken for the values between operators and that is kept for the next ones. Runs that go on
     * now are not counted.
     *
     * @return bytes; 0 before the first run and after {@link #close()}
     */
    public long arenaBytes() {
        return nativeModel.idleArenaBytes();
    }

    // ---- Running ----

    /**
     * Runs the network once, on the caller's memory: nothing is copied. What counts of a buffer are the floats from its
     * position to its limit, which stay as they are.
     *
     * <p>Every buffer must be direct and of the native byte order, as {@code
     * ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer()} makes it. Outputs must not be
     * read-only and must not share memory with other buffers of the call. Nobody else may use the outputs, or change the
     * inputs, before the call returns.
     *
     * @param buffers the inputs in the order of {@link #inputs()}, then the outputs in that of {@link #outputs()}
     * @throws DcmException CALL_ARGUMENT if the model is closed or a buffer is of the wrong kind; CALL_SHAPE if one is of
     *     the wrong size; CALL_VALUE if the network cannot take a value; MACHINE if memory or threads fail. What outputs
     *     hold after CALL_VALUE is not specified.
     */
    public void run(@NonNull FloatBuffer... buffers) {
        require(buffers, "buffers");
        buffers = buffers.clone();
        int count = inputs.size() + outputs.size();
        if (buffers.length != count) {
            throw new DcmException(
                    Code.CALL_ARGUMENT,
                    "the model takes "
                            + inputs.size()
                            + " input and "
                            + outputs.size()
                            + " output buffers, not "
                            + buffers.length
                            + " buffers in all");
        }
        int[] starts = new int[count];
        int[] ends = new int[count];
        int[] sizes = new int[count];
        for (int i = 0; i < count; ++i) {
            FloatBuffer buffer = buffers[i];
            verifyBuffer(buffer, i);
            starts[i] = buffer.position();
            ends[i] = Math.max(buffer.limit(), starts[i]);
            sizes[i] = ends[i] - starts[i];
        }
        int batch = batchOf(sizes);
        for (int i = inputs.size(); i < count; ++i) {
            if (sizes[i] != batch * tensor(i).elementCount()) {
                throw wrongSize(i, sizes[i], batch);
            }
        }
        ForgottenModels.free();
        Context context = nativeModel.take(batch);
        try {
            context.run(buffers, starts, ends, inputs.size());
        } finally {
            nativeModel.giveBack(context);
        }
    }

    /**
     * Runs a network of one input and one output.
     *
     * @param input its floats; copied
     * @return the output's floats
     * @throws DcmException CALL_ARGUMENT also if the network has more inputs or outputs; else as {@link
     *     #run(float[][])} does
     */
    @NonNull
    public float[] run(@NonNull float[] input) {
        if (outputs.size() != 1) {
            throw new DcmException(
                    Code.CALL_ARGUMENT, "the model has " + outputs.size() + " outputs; call run(float[][])");
        }
        return run(new float[][] {input})[0];
    }

    /**
     * Runs the network once.
     *
     * @param arrays the inputs' floats in the order of {@link #inputs()}; copied
     * @return the outputs' floats in the order of {@link #outputs()}
     * @throws DcmException CALL_ARGUMENT if the model is closed; CALL_SHAPE if an array is of the wrong size; CALL_VALUE
     *     if the network cannot take a value; MACHINE if memory or threads fail
     */
    @NonNull
    public float[][] run(@NonNull float[]... arrays) {
        require(arrays, "arrays");
        arrays = arrays.clone();
        if (arrays.length != inputs.size()) {
            throw new DcmException(
                    Code.CALL_ARGUMENT, "the model takes " + inputs.size() + " inputs, not " + arrays.length);
        }
        int count = inputs.size() + outputs.size();
        int[] sizes = new int[count];
        for (int i = 0; i < inputs.size(); ++i) {
            require(arrays[i], label(i));
            sizes[i] = arrays[i].length;
        }
        int batch = batchOf(sizes);
        for (int i = inputs.size(); i < count; ++i) {
            long size = batch * tensor(i).elementCount();
            if (size > Integer.MAX_VALUE) {
                throw new DcmException(Code.MACHINE_LIMIT, label(i) + " has " + size + " floats; pass a smaller batch");
            }
            sizes[i] = (int) size;
        }
        ForgottenModels.free();
        Context context = nativeModel.take(batch);
        try {
            FloatBuffer[] buffers = context.buffers(sizes);
            for (int i = 0; i < inputs.size(); ++i) {
                buffers[i].duplicate().put(arrays[i]);
            }
            context.run(buffers, new int[count], sizes, inputs.size());
            float[][] results = new float[outputs.size()][];
            for (int i = 0; i < results.length; ++i) {
                results[i] = new float[sizes[inputs.size() + i]];
                buffers[inputs.size() + i].duplicate().get(results[i]);
            }
            return results;
        } finally {
            nativeModel.giveBack(context);
        }
    }

    /** Frees the model once the runs that still go on are done. Runs that come later are refused. May be called twice. */
    @Override
    public void close() {
        watch.close();
    }

    /**
     * Names and shapes of inputs and outputs.
     *
     * @return one line
     */
    @Override
    @NonNull
    public String toString() {
        return "Model" + inputs + " -> " + outputs;
    }

    private static void prepare() {
        Native.load();
        ForgottenModels.free();
    }

    private static Model create(long handle, Options options) {
        NativeModel nativeModel = new NativeModel(handle, options);
        boolean created = false;
        try {
            Model model = new Model(nativeModel, handle);
            created = true;
            return model;
        } finally {
            if (!created) {
                nativeModel.close();
            }
        }
    }

    private static AssetFileDescriptor openAsset(AssetManager assets, String name) {
        try {
            return assets.openFd(name);
        } catch (IOException error) {
            // Android gives the same exception for an asset that is not there and for one that is compressed.
            String problem = isThere(assets, name)
                    ? "is compressed in the APK; store it: androidResources { noCompress \"dcmodel\" } in build.gradle"
                    : "cannot be opened: " + error.getMessage();
            throw new DcmException(Code.FILE_IO, "asset '" + name + "' " + problem, error);
        }
    }

    private static boolean isThere(AssetManager assets, String name) {
        try (InputStream stream = assets.open(name)) {
            return stream != null;
        } catch (IOException error) {
            return false;
        }
    }

    private static DeviceReport deviceReport(long handle) {
        return new DeviceReport(
                Native.string(handle, Native.DEVICE, 0),
                Native.string(handle, Native.DEVICE, 1),
                Native.string(handle, Native.DEVICE, 2),
                Native.numbers(handle, Native.DEVICE, 0));
    }

    private static List<TensorInfo> tensors(long handle, int what) {
        int count = Native.count(handle, what);
        ArrayList<TensorInfo> tensors = new ArrayList<TensorInfo>(count);
        for (int i = 0; i < count; ++i) {
            tensors.add(new TensorInfo(Native.string(handle, what, i), Native.numbers(handle, what, i)));
        }
        return Collections.unmodifiableList(tensors);
    }

    private static void require(@Nullable Object argument, String name) {
        if (argument == null) {
            throw new DcmException(Code.CALL_ARGUMENT, name + " is null");
        }
    }

    /** Of inputs and outputs in one row, as run(FloatBuffer...) has them. */
    private TensorInfo tensor(int i) {
        return i < inputs.size() ? inputs.get(i) : outputs.get(i - inputs.size());
    }

    private String label(int i) {
        return (i < inputs.size() ? "input '" : "output '") + tensor(i).name() + "'";
    }

    private void verifyBuffer(FloatBuffer buffer, int i) {
        require(buffer, label(i));
        String problem = null;
        if (!buffer.isDirect()) {
            problem = "is not a direct buffer; take ByteBuffer.allocateDirect, or call run with arrays";
        } else if (buffer.order() != ByteOrder.nativeOrder()) {
            problem = "has not the native byte order; call order(ByteOrder.nativeOrder()) before asFloatBuffer()";
        } else if (i >= inputs.size() && buffer.isReadOnly()) {
            problem = "is a read-only buffer";
        }
        if (problem != null) {
            throw new DcmException(Code.CALL_ARGUMENT, label(i) + " " + problem);
        }
    }

    /** The batch that the inputs' sizes make; 1 for a network without one. */
    private int batchOf(int[] sizes) {
        long elements = inputs.get(0).elementCount();
        int batch = inputs.get(0).isBatched() && sizes[0] >= elements ? (int) (sizes[0] / elements) : 1;
        for (int i = 0; i < inputs.size(); ++i) {
            if (sizes[i] != batch * inputs.get(i).elementCount()) {
                throw wrongSize(i, sizes[i], batch);
            }
        }
        return batch;
    }

    private DcmException wrongSize(int i, int size, int batch) {
        String wanted = tensor(i).isBatched() ? batch + " x " + tensor(i).elementCount() : "" + tensor(i).elementCount();
        return new DcmException(Code.CALL_SHAPE, label(i) + " has " + size + " floats; it takes " + wanted);
    }
}
