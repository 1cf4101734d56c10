"""Encodes one weight in every way that the format offers and keeps the smallest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dcmobile import _native
from dcmobile.encode.codebook import MAX_CENTROIDS, compact
from dcmobile.encode.encoded import CHUNK_DTYPE, EncodedWeight, Encoding, WeightBytes, WeightStatistics
from dcmobile.errors import GraphError, ModelError
from dcmobile.graph import Sharing, Weight

MAX_RANK = 8
MAX_ELEMENTS = 2**32 - 1

Values = npt.NDArray[np.float32] | npt.NDArray[np.float16]


def encode_weight(weight: Weight, pairs: bool = False) -> EncodedWeight:
    """The smallest encoding of the weight, by bytes in the file; of equals the first of sparse shared, dense shared,
    dense.

    pairs: gaps may be coded in pairs, which takes a file of version 2. A weight without a sharing is stored dense.
    Decoding gives ``weight.values`` exactly, but for the sign of zeros. Raises ``ModelError`` if a value is not finite,
    ``GraphError`` if the shape or the sharing does not fit the format.
    """
    return min(candidates(weight, pairs), key=lambda encoded: encoded.file_bytes)


def candidates(weight: Weight, pairs: bool = False) -> list[EncodedWeight]:
    """Every encoding that can hold the weight: sparse shared, dense shared and dense, those that apply, in this
    order.
    """
    shape = weight.values.shape
    if not 1 <= len(shape) <= MAX_RANK or not 1 <= weight.values.size <= MAX_ELEMENTS:
        raise GraphError(
            f"weight {weight.name!r} has shape {list(shape)}; the format holds 1 to 8 dimensions, none of them 0"
        )
    if weight.values.dtype not in (np.float32, np.float16):
        raise GraphError(
            f"weight {weight.name!r} has dtype {weight.values.dtype}; the format holds float32 and float16"
        )
    if weight.sharing is None:
        return [encode_dense(weight.name, weight.values)]
    if weight.sharing.codes.size != weight.values.size:
        raise GraphError(
            f"weight {weight.name!r} has {weight.values.size} elements but {weight.sharing.codes.size} codes"
        )

    sharing = compact(weight.sharing, weight.name)
    spelled = np.concatenate([np.zeros(1, sharing.centroids.dtype), sharing.centroids])[sharing.codes].reshape(shape)
    if not np.array_equal(spelled, weight.values):
        raise GraphError(f"weight {weight.name!r}: its codes and centroids do not give its values")
    possible = (
        encode_sparse_shared(weight.name, shape, sharing, pairs),
        encode_dense_shared(weight.name, shape, sharing),
        encode_dense(weight.name, spelled),
    )
    return [encoded for encoded in possible if encoded is not None]


def encode_sparse_shared(
    name: str, shape: tuple[int, ...], sharing: Sharing, pairs: bool = False
) -> EncodedWeight | None:
    """Gaps and codes. None if a run of zeros is too long for any gap width (more than 16,711,679)."""
    streams = _native.encode_sparse(sharing.codes, sharing.centroids.size, pairs)
    if streams is None:
        return None
    return _shared(Encoding.SPARSE_SHARED, name, shape, sharing.codes, sharing.centroids, streams)


def encode_dense_shared(name: str, shape: tuple[int, ...], sharing: Sharing) -> EncodedWeight | None:
    """A code for each weight; zeros, if there are any, get a centroid, the first. None if that would be the 257th."""
    codes, centroids = sharing.codes, sharing.centroids
    if codes.all():
        codes = codes - np.uint16(1)
    else:
        centroids = np.concatenate([np.zeros(1, centroids.dtype), centroids])
    if centroids.size > MAX_CENTROIDS:
        return None
    streams = _native.encode_dense_shared(codes, centroids.size)
    return _shared(Encoding.DENSE_SHARED, name, shape, sharing.codes, centroids, streams)


def encode_dense(name: str, values: Values) -> EncodedWeight:
    """The values themselves, float32 or float16."""
    if not np.isfinite(values).all():
        raise ModelError(f"weight {name!r} has values that are not finite numbers (NaN or infinity)")
    dtype = values.dtype.newbyteorder("<")
    payload = np.ascontiguousarray(values, dtype).reshape(-1).view(np.uint8)
    statistics = WeightStatistics(
        encoding=Encoding.DENSE,
        elements=values.size,
        non_zeros=int(np.count_nonzero(values)),
        bytes=WeightBytes(dense=payload.size),
    )
    return EncodedWeight(
        name=name,
        shape=values.shape,
        statistics=statistics,
        dtype=dtype,
        payload=payload,
        centroids=np.empty(0, dtype),
        chunks=np.empty(0, CHUNK_DTYPE),
        crc32c=_native.crc32c(payload),
    )


def _shared(
    encoding: Encoding,
    name: str,
    shape: tuple[int, ...],
    codes: npt.NDArray[np.uint16],
    centroids: Values,
    streams: _native.EncodedStreams,
) -> EncodedWeight:
    return EncodedWeight(
        name=name,
        shape=shape,
        statistics=WeightStatistics.of_shared(
            encoding,
            codes,
            centroids,
            streams.gap_bits,
            streams.gaps,
            streams.codes,
            tables=len(streams.gap_lengths) + len(streams.code_lengths),
            chunk_records=len(streams.chunks),
        ),
        dtype=centroids.dtype.newbyteorder("<"),
        payload=streams.take_payload(),
        centroids=centroids,
        chunks=np.frombuffer(streams.chunks, CHUNK_DTYPE),
        gap_lengths=streams.gap_lengths,
        code_lengths=streams.code_lengths,
    )
