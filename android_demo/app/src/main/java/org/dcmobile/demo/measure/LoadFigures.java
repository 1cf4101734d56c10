package org.dcmobile.demo.measure;

/** What loading a network took and what of it stays in memory. */
public final class LoadFigures {
    public final long mapNs;
    public final long verifyNs;
    public final long decodeNs;
    public final long planNs;

    /** Bytes of the .dcmodel. */
    public final long fileBytes;

    /** Bytes of the weights, decoded and arranged for their kernels. */
    public final long weightBytes;

    /** Bytes for the values between operators; -1 where it is not known. */
    public final long arenaBytes;

    public LoadFigures(
            long mapNs, long verifyNs, long decodeNs, long planNs, long fileBytes, long weightBytes, long arenaBytes) {
        this.mapNs = mapNs;
        this.verifyNs = verifyNs;
        this.decodeNs = decodeNs;
        this.planNs = planNs;
        this.fileBytes = fileBytes;
        this.weightBytes = weightBytes;
        this.arenaBytes = arenaBytes;
    }
}
