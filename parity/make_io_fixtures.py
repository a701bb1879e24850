#!/usr/bin/env python3
"""Writes the small files that packages/torch/src/io reads in its tests, and what is in them (expected.json).

Run by hand with PyTorch and NumPy installed: python3 parity/make_io_fixtures.py && npm run format
The values are the same in each run; the files of the old format name their storages by address, so their bytes differ.
"""

import collections
import fractions
import io
import json
import os
import pickle
import struct
import zipfile

import numpy
import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "packages", "torch", "src", "io", "fixtures")


def at(name):
    return os.path.join(FOLDER, name)


def tensors():
    """One tensor for each element type and each way of lying in memory."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 4 - 2
    shared = torch.arange(12, dtype=torch.int64)
    return collections.OrderedDict(
        [
            ("contiguous", base),
            ("transposed", base.t()),
            ("sliced", base[1:3, 1:6:2]),
            ("offset", base[2]),
            ("expanded", torch.tensor([[1.5], [2.5]]).expand(2, 3)),
            ("channels_last", torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last)),
            ("scalar", torch.tensor(7.25)),
            ("empty", torch.zeros(0, 3)),
            ("shared_first", shared[:4]),
            ("shared_last", shared[8:].reshape(2, 2)),
            ("float64", torch.tensor([0.1, -1e300], dtype=torch.float64)),
            ("float16", torch.tensor([0.5, -2.0, 65504.0], dtype=torch.float16)),
            ("bfloat16", torch.tensor([0.5, -2.0, 3e38], dtype=torch.bfloat16)),
            ("int64", torch.tensor([-(2**62), 2**53 + 1])),
            ("int32", torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32)),
            ("int16", torch.tensor([-32768, 32767], dtype=torch.int16)),
            ("int8", torch.tensor([-128, 127], dtype=torch.int8)),
            ("uint8", torch.tensor([0, 255], dtype=torch.uint8)),
            ("bool", torch.tensor([True, False, True])),
            ("parameter", torch.nn.Parameter(torch.tensor([[3.0]]))),
        ]
    )


def bytes_of(tensor):
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes().hex()


def expectation(tensor):
    return {"dtype": str(tensor.dtype)[6:], "shape": list(tensor.shape), "bytes": bytes_of(tensor)}


class Evil:
    """Unpickled by Python, this would write a file."""

    def __init__(self, call, *args):
        self.call = (call, args)

    def __reduce__(self):
        return self.call


def python2_cifar():
    """The layout of the published CIFAR archives: protocol 2 of Python 2, where str is bytes (SHORT_BINSTRING)."""

    def short(text):
        return b"U" + bytes([len(text)]) + text

    pixels = bytes((i * 7) % 256 for i in range(2 * 12))
    dtype = b"cnumpy\ndtype\n" + short(b"u1") + b"K\x00K\x01\x87R(K\x03" + short(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85"
        + short(b"b")
        + b"\x87R(K\x01K\x02K\x0c\x86"
        + dtype
        + b"\x89T"
        + struct.pack("<i", len(pixels))
        + pixels
        + b"tb"
    )
    return (
        b"\x80\x02}q\x01("
        + short(b"data") + array
        + short(b"fine_labels") + b"]q\x02(K\x07K\x63e"
        + short(b"filenames") + b"](" + short(b"a_s_000001.png") + short(b"caf\xe9.png") + b"e"
        + short(b"batch_label") + short(b"training batch 1 of 1")
        + b"u."
    )


def main():
    os.makedirs(FOLDER, exist_ok=True)
    torch.manual_seed(0)
    state = tensors()
    expected = {"tensors": {name: expectation(tensor) for name, tensor in state.items()}}

    torch.save(state, at("zip.pth"))
    torch.save(state, at("legacy.pth"), _use_new_zipfile_serialization=False)
    small = collections.OrderedDict([("module.fc.weight", torch.tensor([[1.0, 2.0]])), ("module.fc.bias", torch.tensor([3.0]))])
    small._metadata = collections.OrderedDict([("", {"version": 1})])
    model = torch.nn.Linear(2, 1)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    torch.save(
        {"epoch": 3, "state_dict": small, "optimizer": optimiser.state_dict(), "best": numpy.float64(0.25),
         "count": numpy.int64(7), "ratio": fractions.Fraction(1, 3), "device": torch.device("cuda", 1),
         "size": torch.Size([2, 3]), "dtype": torch.float16, "seen": {1, 2}, "array": numpy.arange(3)},
        at("wrapped.pth"),
    )
    torch.save(
        {"epoch": 3, "state_dict_best": {"feat_model": small, "classifier": {"fc.weight": torch.tensor([[5.0]])}},
         "centroids": torch.tensor([[9.0]])},
        at("nested.pth"),
    )
    torch.save(model, at("whole-model.pth"))
    torch.save({"weight": torch.eye(2).to_sparse()}, at("sparse.pth"))
    torch.save({"weight": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, at("quantised.pth"))
    with open(at("script.pth"), "wb") as file:
        torch.jit.save(torch.jit.script(torch.nn.ReLU()), file)

    torch.save({"module.w": torch.tensor([1.0]), "w": torch.tensor([2.0])}, at("clash.pth"))

    # PyTorch 2 writes the byte order beside the tensors.
    for order in ("little", "big"):
        torch.save({"weight": torch.tensor([1.0])}, at(f"{order}-endian.pth"))
        with zipfile.ZipFile(at(f"{order}-endian.pth"), "a") as archive:
            archive.writestr(zipfile.ZipInfo(f"{order}-endian/byteorder", (2022, 1, 1, 0, 0, 0)), order)

    # Whoever executes these makes a file named `executed` in the working directory.
    evil = {"os": Evil(os.system, "touch executed"), "eval": Evil(eval, "open('executed', 'w').close()"),
            "weight": torch.tensor([1.0])}
    torch.save(evil, at("evil.pth"))
    torch.save(evil, at("evil-legacy.pth"), _use_new_zipfile_serialization=False)

    plain = {
        "none": None, "true": True, "false": False, "small": 1, "negative": -1, "wide": 70000, "exact": 2**53 - 1,
        "long": -(2**70), "float": -0.1, "infinite": float("inf"), "text": "ä\n😀\\'\"", "bytes": b"\x00\xff\n'\\",
        "list": [1, [2]], "tuple": (1, (2, 3), 4, 5), "set": {1}, "frozen": frozenset([2]), "dict": {"a": {1: "b"}},
        "ordered": collections.OrderedDict([("z", 1), ("a", 2)]), "default": collections.defaultdict(list, {"k": [1]}),
        "empty": b"", b"key": "bytes as key", "same": None, "array": bytearray(b"\x01\x02"),
    }
    plain["same"] = plain["list"]
    arrays = {
        "u1": numpy.arange(6, dtype="u1").reshape(2, 3), "f4": numpy.array([1.5, -2], dtype="f4"),
        "big": numpy.array([1, 258], dtype=">i4"), "column": numpy.asfortranarray(numpy.arange(6, dtype="i8").reshape(2, 3)),
        "bool": numpy.array([True, False]), "f2": numpy.array([0.5], dtype="f2"), "zero": numpy.array(5, dtype="u2"),
        "scalar": numpy.float32(0.5), "int": numpy.int64(2**60), "flag": numpy.bool_(True),
    }
    for protocol in range(6):
        for name, value in (("plain", plain), ("arrays", arrays)):
            with open(at(f"{name}-{protocol}.pkl"), "wb") as file:
                pickle.dump(value, file, protocol=protocol)
    expected["arrays"] = {
        name: {"dtype": value.dtype.name, "shape": list(value.shape),
               "bytes": numpy.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes().hex()}
        for name, value in arrays.items() if isinstance(value, numpy.ndarray)
    }
    with open(at("objects.pkl"), "wb") as file:
        pickle.dump(numpy.array([{}, None], dtype=object), file, protocol=2)
    with open(at("records.pkl"), "wb") as file:
        pickle.dump(numpy.zeros(2, dtype=[("a", "i4")]), file, protocol=2)
    with open(at("python2-cifar.pkl"), "wb") as file:
        file.write(python2_cifar())
    assert pickle.loads(python2_cifar(), encoding="latin1")["data"].shape == (2, 12)

    class Unseekable(io.RawIOBase):
        """Makes zipfile write sizes behind the contents, as for a pipe."""

        def __init__(self, file):
            self.file = file

        def writable(self):
            return True

        def write(self, data):
            return self.file.write(data)

    def add(archive, name, content, compression):
        info = zipfile.ZipInfo(name, (2022, 1, 1, 0, 0, 0))
        info.compress_type = compression
        archive.writestr(info, content)

    for name in ("seekable.zip", "streamed.zip"):
        with open(at(name), "wb") as file:
            target = file if name == "seekable.zip" else Unseekable(file)
            with zipfile.ZipFile(target, "w") as archive:
                archive.comment = b"PK\x05\x06 is no end record"
                add(archive, "folder/", b"", zipfile.ZIP_STORED)
                add(archive, "folder/stored.txt", b"as it is", zipfile.ZIP_STORED)
                add(archive, "folder/d\u00e9flated.txt", b"again and " * 100, zipfile.ZIP_DEFLATED)
                add(archive, "empty", b"", zipfile.ZIP_DEFLATED)

    with open(at("expected.json"), "w") as file:
        json.dump(expected, file, indent=1, sort_keys=True)
        file.write("\n")
    for name in sorted(os.listdir(FOLDER)):
        print(os.path.getsize(at(name)), name)


if __name__ == "__main__":
    main()
