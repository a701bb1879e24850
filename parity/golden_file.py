# Writes golden tensors in the safetensors format: an 8-byte little-endian header length, a JSON header, then the
# bytes of every tensor, row-major and little-endian. Debian's Python has no safetensors module; the format is this small.
import json
import struct
from pathlib import Path

import torch

NAMES = {
    torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def tensor_bytes(tensor):
    tensor = tensor.detach().cpu().contiguous()
    if tensor.dtype == torch.bfloat16:  # numpy has no bfloat16: the same bits as int16
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes()


def save(path, tensors, metadata={}):
    """Writes `tensors` (dict of name to torch.Tensor) to `path`; `metadata` maps strings to strings."""
    header, data = {}, []
    if metadata:
        header["__metadata__"] = {str(key): str(value) for key, value in metadata.items()}
    end = 0
    # The widest elements first, so that every tensor starts at a multiple of its element size.
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0])):
        piece = tensor_bytes(tensor)
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [end, end + len(piece)]}
        end += len(piece)
        data.append(piece)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
