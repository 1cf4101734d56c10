package org.dcmobile.demo.measure;

/** A loaded network with its inputs and outputs in place, for one thread at a time. */
public interface Network extends AutoCloseable {
    /** Runs it once. */
    void run();

    LoadFigures load();

    @Override
    void close();

    /** Loads a network, every time anew. */
    interface Source {
        Network open();
    }
}
