package org.dcmobile.demo.classes;

/** A class and how likely it is. */
public final class Score {
    /** Place in the network's output. */
    public final int index;

    /** The class's name; null where the file has none. */
    public final String label;

    /** 0..1. */
    public final double probability;

    Score(int index, String label, double probability) {
        this.index = index;
        this.label = label;
        this.probability = probability;
    }
}
