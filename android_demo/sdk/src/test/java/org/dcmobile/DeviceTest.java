package org.dcmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Devices beside the CPU. Where there is none, the CPU must do what it is asked to. */
public final class DeviceTest {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private final GoldenFile golden;

    public DeviceTest() throws IOException {
        golden = new GoldenFile("dense");
    }

    @Test
    public void theFirstGpuOrTheCpu() {
        boolean there = Dcmobile.devices().contains("vulkan");
        File cache = folder.getRoot();
        Options options = Options.builder().device("vulkan").cacheDirectory(cache).build();
        assertEquals(cache, options.cacheDirectory());
        try (Model model = Model.open(golden.file, options)) {
            golden.verify(model.run(golden.inputs));
            DeviceReport report = model.device();
            assertEquals(there, report.fallback().isEmpty());
            assertEquals(there ? "vulkan" : "cpu", report.device());
            assertEquals(there, report.placedCount() > 0);
            assertTrue(report.operatorCount() >= report.placedCount());
            assertEquals(there, report.weightBytes() > 0);
            assertEquals(there, !report.name().isEmpty());
            assertEquals(there ? 1 : 0, cache.list().length);
            assertEquals(there, model.operators().get(0).reason().equals("vulkan"));
        }
    }

    @Test
    public void aDeviceThatIsNotThere() {
        try (Model model = Model.open(golden.file, Options.builder().device("vulkan:99").build())) {
            golden.verify(model.run(golden.inputs));
            assertEquals("cpu", model.device().device());
            assertFalse(model.device().fallback().isEmpty());
        }
    }

    @Test
    public void theCpuIsNoFallback() {
        try (Model model = Model.open(golden.file)) {
            assertEquals("cpu", model.device().device());
            assertEquals("", model.device().fallback());
            assertEquals(0, model.device().placedCount());
        }
    }
}
