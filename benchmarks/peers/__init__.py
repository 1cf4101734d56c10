"""The runtimes that are compared, one file a runtime; none is imported before ``Peer.import_runtime``."""

from __future__ import annotations

from benchmarks.peers.dcmobile_python import DcmobilePython
from benchmarks.peers.executorch_dcmobile import ExecutorchDcmobile
from benchmarks.peers.executorch_xnnpack import ExecutorchXnnpack
from benchmarks.peers.mnn import Mnn
from benchmarks.peers.ncnn_fp16 import Ncnn
from benchmarks.peers.onnxruntime_cpu import OnnxRuntime, OnnxRuntimeInt8
from benchmarks.peers.openvino_cpu import OpenVino
from benchmarks.peers.peer import Peer, Run
from benchmarks.peers.torch_eager import TorchEager

__all__ = ["PEERS", "Peer", "Run", "find_peer"]

# In the order of the report.
PEERS: tuple[Peer, ...] = (
    DcmobilePython(),
    ExecutorchDcmobile(),
    OnnxRuntime(),
    OpenVino(),
    ExecutorchXnnpack(),
    Ncnn(),
    Mnn(),
    TorchEager(),
    OnnxRuntimeInt8(),
)


def find_peer(name: str) -> Peer:
    """The peer of that name; raises ``KeyError``."""
    return {peer.name: peer for peer in PEERS}[name]
