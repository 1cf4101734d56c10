/**
 * Runs .dcmodel files: networks compressed by dcmobile.
 *
 * <p>{@link org.dcmobile.Model} opens a file and runs it; {@link org.dcmobile.Options} says how, {@link
 * org.dcmobile.DcmException} what went wrong. Threads, sizes and memory are explained at {@link org.dcmobile.Model}.
 */
package org.dcmobile;
