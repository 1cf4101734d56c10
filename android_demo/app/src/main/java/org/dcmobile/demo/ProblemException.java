package org.dcmobile.demo;

import org.dcmobile.DcmException;

/** A problem on its way from the background thread to a screen. */
final class ProblemException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    ProblemException(Problem problem) {
        this.problem = problem;
    }

    /** What a screen says of anything that a job may run into. */
    static Problem problemOf(Throwable error) {
        if (error instanceof ProblemException) {
            return ((ProblemException) error).problem;
        }
        if (error instanceof OutOfMemoryError) {
            return new Problem(R.string.problem_picture_size);
        }
        if (error instanceof DcmException || error instanceof IllegalArgumentException) {
            return new Problem(R.string.problem_model, error.getMessage());
        }
        throw new IllegalStateException(error);
    }
}
