package org.dcmobile.demo;

import android.content.res.AssetManager;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.List;
import java.util.Map;
import org.dcmobile.Dcmobile;
import org.dcmobile.demo.classes.Score;
import org.dcmobile.demo.classes.TopClasses;
import org.dcmobile.demo.measure.BatteryReading;
import org.dcmobile.demo.measure.Benchmark;
import org.dcmobile.demo.measure.BenchmarkReport;
import org.dcmobile.demo.measure.BenchmarkResult;
import org.dcmobile.demo.measure.BenchmarkSettings;
import org.dcmobile.demo.measure.Comparison;
import org.dcmobile.demo.measure.Machine;
import org.dcmobile.demo.measure.Network;
import org.dcmobile.demo.measure.ProcessMemory;
import org.dcmobile.demo.measure.Progress;
import org.dcmobile.demo.picture.ImagePreprocessing;

/**
 * The app's whole road on this machine's JVM, with a stand-in for Android's AssetManager: a model mapped where it lies in an
 * APK, a picture's pixels to classes, a benchmark, a comparison. Arguments: the APK, offset and length of the model in it, a
 * file with width, height and ARGB, and a folder for what comes out.
 */
public final class Road {
    private static final class Desktop implements Machine {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public ProcessMemory memory() {
            try {
                byte[] status = Files.readAllBytes(Paths.get("/proc/self/status"));
                return ProcessMemory.parse(new String(status, StandardCharsets.UTF_8));
            } catch (IOException unknown) {
                return ProcessMemory.parse("");
            }
        }

        @Override
        public BatteryReading battery() {
            long no = BatteryReading.NOT_GIVEN;
            return new BatteryReading(false, no, no, no, no);
        }
    }

    private Road() {}

    public static void main(String[] arguments) throws IOException {
        AssetManager assets = new AssetManager(new File(arguments[0]));
        assets.addStored("net.dcmodel", Long.parseLong(arguments[1]), Long.parseLong(arguments[2]));
        classify(assets, new File(arguments[3]));

        Progress on = new Progress() {
            @Override
            public boolean step(int done, int total) {
                return true;
            }
        };
        Network.Source source = AssetNetwork.source(assets, "net.dcmodel", 2, "cpu");
        BenchmarkSettings settings = new BenchmarkSettings("net.dcmodel", 2, "cpu", 2, 5);
        BenchmarkResult result = Benchmark.run(source, settings, new Desktop(), on);
        BenchmarkReport.Device device = new BenchmarkReport.Device("desktop", "none", "x86_64", 2);
        String json = BenchmarkReport.json(result, device, Dcmobile.version());
        Files.write(Paths.get(arguments[4], "report.json"), json.getBytes(StandardCharsets.UTF_8));
        Comparison comparison = Comparison.run(source, source, 3, new Desktop(), on);
        System.out.println("compared " + comparison.one.load.fileBytes + " " + comparison.other.memoryBytes());
    }

    private static void classify(AssetManager assets, File picture) throws IOException {
        try (AssetNetwork network = new AssetNetwork(assets, "net.dcmodel", 1, "cpu");
                DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(picture)))) {
            Map<String, String> metadata = network.model().metadata();
            ImagePreprocessing preprocessing = ImagePreprocessing.parse(metadata.get(ImagePreprocessing.KEY));
            int width = in.readInt();
            int height = in.readInt();
            int[] argb = new int[width * height];
            for (int i = 0; i < argb.length; ++i) {
                argb[i] = in.readInt();
            }
            network.setInput(preprocessing.apply(argb, width, height));
            network.run();
            List<String> labels = network.model().labels();
            for (Score score : TopClasses.of(network.output(), labels, network.model().givesProbabilities(), 5)) {
                System.out.println("class " + score.index + " " + score.probability + " " + score.label);
            }
        }
    }
}
