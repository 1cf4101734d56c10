package org.dcmobile;

import androidx.annotation.NonNull;
import androidx.annotation.Nullable;
import java.nio.charset.StandardCharsets;

/**
 * Every error of dcmobile: a {@link Code} and one line of text that says what was wrong and where.
 *
 * <p>It is unchecked, because most calls can fail only through a mistake in the program: a closed model, a buffer of the
 * wrong size. Where a failure is to be expected, as when a downloaded file is opened, catch it there.
 */
public final class DcmException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The C code. */
    private final int number;

    DcmException(@NonNull Code code, @NonNull String text) {
        this(code, text, null);
    }

    DcmException(@NonNull Code code, @NonNull String text, @Nullable Throwable cause) {
        this(code.number(), text, cause);
    }

    private DcmException(int number, @NonNull String text, @Nullable Throwable cause) {
        super(text, cause);
        this.number = number;
    }

    /** Called by the native library. */
    DcmException(int number, @NonNull byte[] text) {
        super(new String(text, StandardCharsets.UTF_8));
        this.number = number;
    }

    /** The same error, whose text names the file; itself where it does already. */
    @NonNull
    DcmException in(@NonNull String file) {
        String text = getMessage();
        return text.contains(file) ? this : new DcmException(number, file + ": " + text, this);
    }

    /**
     * What went wrong.
     *
     * @return never {@link Code#OK}
     */
    @NonNull
    public Code code() {
        return Code.of(number);
    }

    /**
     * The number of the code, as in the C header.
     *
     * @return 100 to 499
     */
    public int number() {
        return number;
    }

    /**
     * The class, the name of the code and the text.
     *
     * @return one line
     */
    @Override
    @NonNull
    public String toString() {
        return getClass().getName() + ": " + code() + " (" + number + "): " + getMessage();
    }
}
