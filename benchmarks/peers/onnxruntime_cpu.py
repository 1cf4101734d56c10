"""ONNX Runtime on the CPU: fp32, and int8 with static quantization (QDQ, a scale for each output channel)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.folder import NetworkFolder
from benchmarks.peers.peer import Peer, Run


class OnnxRuntime(Peer):
    """Inputs and outputs are bound once, so that a run copies nothing."""

    name = "onnxruntime"
    title = "ONNX Runtime"

    def files(self, folder: NetworkFolder) -> list[Path]:
        """The exported network."""
        return [folder.onnx]

    def import_runtime(self) -> str:
        """Onnxruntime."""
        import onnxruntime

        version: str = onnxruntime.__version__
        return version

    def load(self, folder: NetworkFolder, threads: int) -> Run:
        """A session with all graph optimisations, which is the default."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(self.files(folder)[0]), options, providers=["CPUExecutionProvider"])
        example = folder.input()
        binding = session.io_binding()
        binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(example))
        output = onnxruntime.OrtValue.ortvalue_from_numpy(folder.expected() * 0)
        binding.bind_ortvalue_output("y", output)

        def run(kept: Any = example) -> Any:
            session.run_with_iobinding(binding)
            return output.numpy()

        return run


class OnnxRuntimeInt8(OnnxRuntime):
    """Calibrated on the input that is timed, which is the best case for its error."""

    name = "onnxruntime_int8"
    title = "ONNX Runtime int8"
    precision = "int8"
    tolerance = 1.0
    counts = False

    def convert(self, folder: NetworkFolder) -> None:
        """Quantize the exported network."""
        from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
        from onnxruntime.quantization.shape_inference import quant_pre_process

        class OneInput(CalibrationDataReader):  # type: ignore[misc]
            def __init__(self) -> None:
                self._left = [{"x": folder.input()}]

            def get_next(self) -> Any:
                return self._left.pop() if self._left else None

        ready = folder.path / "model.for_int8.onnx"
        quant_pre_process(str(folder.onnx), str(ready))
        quantize_static(
            str(ready),
            str(self.files(folder)[0]),
            OneInput(),
            per_channel=True,
            weight_type=QuantType.QInt8,
            activation_type=QuantType.QUInt8,
        )
        ready.unlink()

    def files(self, folder: NetworkFolder) -> list[Path]:
        """The quantized network."""
        return [folder.path / "model.int8.onnx"]
