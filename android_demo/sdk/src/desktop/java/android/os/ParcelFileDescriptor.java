package android.os;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.reflect.Field;

/** Stands in for Android's class; see {@link android.content.res.AssetManager}. */
public final class ParcelFileDescriptor {
    private final FileInputStream file;

    public ParcelFileDescriptor(FileInputStream file) {
        this.file = file;
    }

    /** The number, which the desktop's Java hides: --add-opens java.base/java.io=ALL-UNNAMED. */
    public int getFd() {
        try {
            Field field = FileDescriptor.class.getDeclaredField("fd");
            field.setAccessible(true);
            return field.getInt(file.getFD());
        } catch (IOException | ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }
}
