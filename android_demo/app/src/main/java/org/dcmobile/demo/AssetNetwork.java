package org.dcmobile.demo;

import android.content.res.AssetManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.dcmobile.LoadInfo;
import org.dcmobile.Model;
import org.dcmobile.Options;
import org.dcmobile.TensorInfo;
import org.dcmobile.demo.measure.LoadFigures;
import org.dcmobile.demo.measure.Network;

/** A bundled model with buffers for one sample: nothing is copied in a run. */
final class AssetNetwork implements Network {
    private final Model model;
    private final FloatBuffer[] buffers;

    AssetNetwork(AssetManager assets, String path, int threads, String device) {
        model = Model.open(assets, path, Options.builder().threads(threads).device(device).build());
        List<TensorInfo> inputs = model.inputs();
        List<TensorInfo> outputs = model.outputs();
        buffers = new FloatBuffer[inputs.size() + outputs.size()];
        Random random = new Random(0);
        for (int i = 0; i < buffers.length; ++i) {
            TensorInfo tensor = i < inputs.size() ? inputs.get(i) : outputs.get(i - inputs.size());
            buffers[i] = ByteBuffer.allocateDirect((int) (4 * tensor.elementCount()))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            for (int j = 0; i < inputs.size() && j < buffers[i].capacity(); ++j) {
                buffers[i].put(j, random.nextFloat());
            }
        }
    }

    static Network.Source source(final AssetManager assets, final String path, final int threads, final String device) {
        return new Network.Source() {
            @Override
            public Network open() {
                return new AssetNetwork(assets, path, threads, device);
            }
        };
    }

    Model model() {
        return model;
    }

    /** In place of the random values that the first input has otherwise. */
    void setInput(float[] values) {
        buffers[0].duplicate().put(values);
    }

    /** What the last run gave. */
    float[] output() {
        FloatBuffer output = buffers[model.inputs().size()].duplicate();
        float[] values = new float[output.remaining()];
        output.get(values);
        return values;
    }

    @Override
    public void run() {
        model.run(buffers);
    }

    /** After a run: only then is it known what the values between operators take. */
    @Override
    public LoadFigures load() {
        LoadInfo info = model.loadInfo();
        return new LoadFigures(
                info.mapNs(),
                info.verifyNs(),
                info.decodeNs(),
                info.planNs(),
                info.fileBytes(),
                info.weightBytes(),
                model.arenaBytes());
    }

    @Override
    public void close() {
        model.close();
    }
}
