package org.dcmobile;

import androidx.annotation.NonNull;

/**
 * What went wrong, in bands of a hundred: 1xx the file, 2xx the network's graph, 3xx the machine, 4xx the caller. The
 * numbers are those of the runtime's C header and never change.
 */
public enum Code {
    /** Nothing went wrong; no exception has it. */
    OK(0),
    /** The file cannot be opened, read or mapped. */
    FILE_IO(100),
    /** The file is not a .dcmodel. */
    FILE_FORMAT(101),
    /** The file has a newer format than this runtime reads. */
    FILE_VERSION(102),
    /** The file is truncated, or a table, offset or size in it does not hold. */
    FILE_STRUCTURE(103),
    /** A Huffman code in the file is over- or under-subscribed, or malformed. */
    FILE_HUFFMAN(104),
    /** A bit stream in the file does not end where it must. */
    FILE_STREAM(105),
    /** A relative index or a code in the file leaves its range. */
    FILE_INDEX(106),
    /** A checksum in the file does not match. */
    FILE_CHECKSUM(107),
    /** The file is not signed by the key that was asked for. */
    FILE_SIGNATURE(108),
    /** An operator, encoding or type that this runtime does not know. */
    GRAPH_OPERATOR(200),
    /** A value or weight id out of range, or a duplicate name. */
    GRAPH_REFERENCE(201),
    /** Shapes that do not fit each other. */
    GRAPH_SHAPE(202),
    /** An attribute of an operator out of its range. */
    GRAPH_ATTRIBUTE(203),
    /** Out of memory. */
    MACHINE_MEMORY(300),
    /** More memory than {@link Options#memoryLimit()} allows. */
    MACHINE_LIMIT(301),
    /** A thread cannot be started. */
    MACHINE_THREAD(302),
    /** The device, or a native library for this machine, is not there. */
    MACHINE_UNSUPPORTED(303),
    /** A null, an option out of range, a buffer of the wrong kind, a closed model. */
    CALL_ARGUMENT(400),
    /** No input or output of that name. */
    CALL_NAME(401),
    /** A buffer or array of the wrong size. */
    CALL_SHAPE(402),
    /** An input value that the network cannot take, such as an Embedding's index out of range. */
    CALL_VALUE(403),
    /** A number that this class does not know; {@link DcmException#number()} has it. */
    UNKNOWN(-1);

    private final int number;

    Code(int number) {
        this.number = number;
    }

    /**
     * The number of the C header's {@code dcm_code}.
     *
     * @return 0 to 499, or -1 for {@link #UNKNOWN}
     */
    public int number() {
        return number;
    }

    /**
     * The code of a number.
     *
     * @param number of the C header's {@code dcm_code}
     * @return the code, {@link #UNKNOWN} if there is none
     */
    @NonNull
    public static Code of(int number) {
        for (Code code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return UNKNOWN;
    }
}
