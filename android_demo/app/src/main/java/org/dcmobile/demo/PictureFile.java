package org.dcmobile.demo;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.Matrix;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.dcmobile.demo.picture.Orientation;

/** The picture that is looked at, as a file of the app's own: it outlives the process, and whoever gave it. */
final class PictureFile {
    private static final long MOST_PIXELS = 12_000_000;

    private PictureFile() {}

    static File current(Context context) {
        return new File(context.getCacheDir(), "picture");
    }

    /** Where the camera app writes. */
    static File shot(Context context) {
        return new File(context.getCacheDir(), "shot");
    }

    /** Copies all of the stream and closes it. */
    static void write(InputStream from, File to) throws IOException {
        try (InputStream in = from;
                OutputStream out = new FileOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        }
    }

    /**
     * Decodes the picture and turns it upright.
     *
     * @param enoughPixels of the shorter side: a larger picture is read at a half, a quarter, ... of its size
     * @return null if it is no picture
     * @throws IOException the file cannot be read
     */
    static Bitmap read(File file, int enoughPixels) throws IOException {
        BitmapFactory.Options options = new BitmapFactory.Options();
        options.inJustDecodeBounds = true;
        BitmapFactory.decodeFile(file.getPath(), options);
        if (options.outWidth <= 0 || options.outHeight <= 0) {
            return null;
        }
        options.inJustDecodeBounds = false;
        options.inSampleSize = sampleSize(options.outWidth, options.outHeight, enoughPixels);
        Bitmap bitmap = BitmapFactory.decodeFile(file.getPath(), options);
        return bitmap == null ? null : upright(bitmap, orientation(file));
    }

    static int[] pixels(Bitmap bitmap) {
        int[] argb = new int[bitmap.getWidth() * bitmap.getHeight()];
        bitmap.getPixels(argb, 0, bitmap.getWidth(), 0, 0, bitmap.getWidth(), bitmap.getHeight());
        return argb;
    }

    private static int sampleSize(long width, long height, int enoughPixels) {
        long size = 1;
        while (Math.min(width, height) / (2 * size) >= enoughPixels || width * height / (size * size) > MOST_PIXELS) {
            size *= 2;
        }
        return (int) size;
    }

    private static Orientation orientation(File file) throws IOException {
        try (InputStream in = new BufferedInputStream(new FileInputStream(file))) {
            return Orientation.read(in);
        }
    }

    private static Bitmap upright(Bitmap bitmap, Orientation orientation) {
        if (!orientation.mirrored && orientation.degrees == 0) {
            return bitmap;
        }
        Matrix matrix = new Matrix();
        matrix.postScale(orientation.mirrored ? -1 : 1, 1);
        matrix.postRotate(orientation.degrees);
        return Bitmap.createBitmap(bitmap, 0, 0, bitmap.getWidth(), bitmap.getHeight(), matrix, false);
    }
}
