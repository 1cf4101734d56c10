package org.dcmobile.demo.picture;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How the pixels of a JPEG file lie: to stand upright, a picture is mirrored left to right where it says so, then turned
 * clockwise. The framework's own reader of this takes no stream before API 24.
 */
public final class Orientation {
    /** As it is. */
    public static final Orientation UPRIGHT = new Orientation(false, 0);

    private static final Orientation[] BY_TAG = {
        UPRIGHT,
        new Orientation(true, 0),
        new Orientation(false, 180),
        new Orientation(true, 180),
        new Orientation(true, 270),
        new Orientation(false, 90),
        new Orientation(true, 90),
        new Orientation(false, 270),
    };
    private static final int MARKER = 0xFF;
    private static final int START_OF_IMAGE = 0xD8;
    private static final int START_OF_SCAN = 0xDA;
    private static final int APP1 = 0xE1;
    private static final long EXIF = 0x457869660000L; // "Exif", 0, 0
    private static final short ORIENTATION_TAG = 0x0112;
    private static final short TYPE_SHORT = 3;

    /** Mirrored left to right, before it is turned. */
    public final boolean mirrored;

    /** Clockwise: 0, 90, 180 or 270. */
    public final int degrees;

    private Orientation(boolean mirrored, int degrees) {
        this.mirrored = mirrored;
        this.degrees = degrees;
    }

    /**
     * Reads the start of a picture file. One that is no JPEG, says nothing or is damaged here is upright: whether it is a
     * picture at all is for its decoder to say.
     *
     * @throws IOException the stream cannot be read
     */
    public static Orientation read(InputStream file) throws IOException {
        DataInputStream in = new DataInputStream(file);
        try {
            if (in.readUnsignedByte() != MARKER || in.readUnsignedByte() != START_OF_IMAGE) {
                return UPRIGHT;
            }
            while (in.readUnsignedByte() == MARKER) {
                int marker = in.readUnsignedByte();
                while (marker == MARKER) {
                    marker = in.readUnsignedByte();
                }
                int length = in.readUnsignedShort() - 2;
                if (marker == START_OF_SCAN || length < 0) {
                    return UPRIGHT;
                }
                byte[] segment = new byte[length];
                in.readFully(segment);
                if (marker == APP1 && length > 14 && (ByteBuffer.wrap(segment).getLong() >>> 16) == EXIF) {
                    return ofTiff(ByteBuffer.wrap(segment, 6, length - 6).slice());
                }
            }
        } catch (EOFException end) {
            return UPRIGHT;
        }
        return UPRIGHT;
    }

    private static Orientation ofTiff(ByteBuffer tiff) {
        tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xFFFFFFFFL;
        if (directory + 2 > tiff.limit()) {
            return UPRIGHT;
        }
        int entries = tiff.getShort((int) directory) & 0xFFFF;
        for (int i = 0; i < entries; ++i) {
            long entry = directory + 2 + 12L * i;
            if (entry + 12 > tiff.limit()) {
                return UPRIGHT;
            }
            int at = (int) entry;
            if (tiff.getShort(at) == ORIENTATION_TAG && tiff.getShort(at + 2) == TYPE_SHORT) {
                int value = tiff.getShort(at + 8) & 0xFFFF;
                return value >= 1 && value <= BY_TAG.length ? BY_TAG[value - 1] : UPRIGHT;
            }
        }
        return UPRIGHT;
    }
}
