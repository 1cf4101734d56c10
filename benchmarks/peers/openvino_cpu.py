"""OpenVINO on the CPU, held to fp32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.folder import NetworkFolder
from benchmarks.peers.peer import Peer, Run


class OpenVino(Peer):
    """Inputs and outputs are shared with numpy, so that a run copies nothing."""

    name = "openvino"
    title = "OpenVINO"

    def convert(self, folder: NetworkFolder) -> None:
        """Keep the weights in fp32: they would be halved otherwise."""
        import openvino

        openvino.save_model(
            openvino.convert_model(str(folder.onnx)), str(self.files(folder)[0]), compress_to_fp16=False
        )

    def files(self, folder: NetworkFolder) -> list[Path]:
        """Graph and weights."""
        return [folder.path / "openvino.xml", folder.path / "openvino.bin"]

    def import_runtime(self) -> str:
        """Openvino."""
        import openvino

        version: str = openvino.__version__
        return version.split("-")[0]

    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """Compile for latency. Without the hint it would compute in bf16 where the processor can."""
        import openvino

        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
        }
        request = openvino.Core().compile_model(str(self.files(folder)[0]), "CPU", settings).create_infer_request()
        example = folder.input()
        request.set_input_tensor(openvino.Tensor(example, shared_memory=True))

        def run(kept: Any = example) -> Any:
            request.infer(share_outputs=True)
            return request.get_output_tensor(0).data

        return run
