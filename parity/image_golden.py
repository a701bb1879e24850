# Small images of every kind that people have, and what Pillow makes of them.
# Run: python3 parity/image_golden.py (Pillow 10 or newer, NumPy). Writes packages/torch/src/data/fixtures.
import sys

sys.dont_write_bytecode = True

import base64
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

folder = Path(__file__).resolve().parent.parent / "packages/torch/src/data/fixtures"
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(7)
decoded = {}
made = {}


def pixels(image):
    """Width, height and base64 of the RGB bytes."""
    image = image.convert("RGB")
    return {"width": image.width, "height": image.height, "rgb": base64.b64encode(image.tobytes()).decode()}


def scene(width, height):
    """Smooth, coloured and without any symmetry, so that a turned or mirrored copy differs everywhere."""
    y, x = np.mgrid[0:height, 0:width]
    r = 255 * x / max(1, width - 1)
    g = 255 * y / max(1, height - 1)
    b = 127 + 120 * np.sin(0.3 * x + 0.15 * y)
    return Image.fromarray(np.stack([r, g, b], -1).round().astype(np.uint8))


def save(name, image, expected=None, **options):
    image.save(folder / name, **options)
    if expected is None:
        with Image.open(folder / name) as file:
            expected = ImageOps.exif_transpose(file)
            expected.load()
    decoded[name] = pixels(expected)


def write_png(name, array, bits, colour_type, expected, interlaced=False):
    """PNG kinds that Pillow does not write: 16-bit colour and Adam7."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = array.shape[:2]
    raw = b""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    for x, y, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        part = array[y::dy, x::dx]
        if part.size == 0:
            continue
        for row in part:
            raw += b"\0" + row.astype(">u2" if bits == 16 else ">u1").tobytes()
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    (folder / name).write_bytes(data)
    decoded[name] = pixels(expected)


base = scene(24, 16)
save("colour.jpg", base, quality=90)
save("colour-444.jpg", base, quality=90, subsampling=0)
save("progressive.jpg", base, quality=90, progressive=True)
save("grey.jpg", base.convert("L"), quality=90)
save("cmyk.jpg", base.convert("CMYK"), quality=95)
save("one-pixel.jpg", scene(1, 1))
save("one-column.jpg", scene(1, 9))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(f"orientation-{orientation}.jpg", base, quality=90, exif=exif.tobytes())
exif = Image.Exif()
exif[0x0112] = 6

save("colour.png", base)
save("grey.png", base.convert("L"))
save("palette.png", base.quantize(17))
transparent = base.quantize(17)
save("palette-transparent.png", transparent, expected=transparent, transparency=3)
save("one-bit.png", base.convert("1"))
alpha = base.copy()
alpha.putalpha(Image.fromarray(random.integers(0, 256, (16, 24), dtype=np.uint8)))
save("alpha.png", alpha, expected=base)
save("grey-alpha.png", alpha.convert("LA"), expected=base.convert("L"))
save("orientation-6.png", base, exif=exif.tobytes())
save("one-pixel.png", scene(1, 1))
wide = (np.asarray(base).astype(np.uint16) << 8) | random.integers(0, 256, (16, 24, 3), dtype=np.uint16)
write_png("colour-16-bit.png", wide, 16, 2, base)
write_png("grey-16-bit.png", wide[:, :, 0], 16, 0, Image.fromarray(np.asarray(base)[:, :, 0]))
write_png("interlaced.png", np.asarray(base), 8, 2, base, interlaced=True)

# Noise is the hardest picture to resample and to recolour: every wrong weight shows.
noise = Image.fromarray(random.integers(0, 256, (43, 57, 3), dtype=np.uint8))
noise.save(folder / "noise.png")
for width, height in [(13, 11), (20, 43), (57, 9), (1, 1), (62, 47)]:
    made[f"resize {height}x{width}"] = pixels(noise.resize((width, height), Image.BILINEAR))
# Shorter side 43 -> 20: 57 x 43 becomes 26 x 20; the middle 16 x 16 begins at (5, 2).
made["shorter 20 centre 16"] = pixels(noise.resize((26, 20), Image.BILINEAR).crop((5, 2, 21, 18)))


class Philox:
    """Philox4x32-10 from the definition; stream = (seed, epoch, position)."""

    def __init__(self, seed, epoch, position):
        self.key = (seed & 0xFFFFFFFF, seed >> 32)
        self.counter = [0, position, epoch, 0]
        self.block = []

    def next(self):
        if not self.block:
            c, (k0, k1) = list(self.counter), self.key
            for _ in range(10):
                p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
                c = [(p1 >> 32) ^ c[1] ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
                k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
            self.block = c
            self.counter[0] += 1
        return self.block.pop(0)

    def uniform(self, low=0.0, high=1.0):
        return low + (high - low) * (self.next() / 2**32)

    def below(self, bound):
        return (self.next() * bound) >> 32


zero = Philox(0, 0, 0)
assert [zero.next() for _ in range(4)] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]  # the published vector


# The transforms in Pillow's own operations, with the draws in the order of the list.
def random_resized_crop(image, random, size):
    for _ in range(10):
        target = image.width * image.height * random.uniform(0.08, 1)
        ratio = np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3)))
        width, height = round(np.sqrt(target * ratio)), round(np.sqrt(target / ratio))
        if 0 < width <= image.width and 0 < height <= image.height:
            top = random.below(image.height - height + 1)
            left = random.below(image.width - width + 1)
            return image.crop((left, top, left + width, top + height)).resize((size, size), Image.BILINEAR)
    raise AssertionError("choose another seed")


def flip(image, random):
    return ImageOps.mirror(image) if random.uniform() < 0.5 else image


def jitter(image, random, strength):
    order = [0, 1, 2]
    for i in (2, 1):
        j = random.below(i + 1)
        order[i], order[j] = order[j], order[i]
    factors = [random.uniform(1 - strength, 1 + strength) for _ in range(3)]
    for which in order:
        enhance = [ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color][which]
        image = enhance(image).enhance(factors[which])
    return image


def padded_crop(image, random, size, padding):
    padded = ImageOps.expand(image, padding)
    top = random.below(padded.height - size + 1)
    left = random.below(padded.width - size + 1)
    return padded.crop((left, top, left + size, top + size))


SEED = 2**40 + 5
for position in range(4):
    draws = Philox(SEED, 0, position)
    made[f"imagenet {position}"] = pixels(jitter(flip(random_resized_crop(noise, draws, 16), draws), draws, 0.4))
    draws = Philox(SEED, 0, position)
    image = flip(padded_crop(noise.resize((16, 16), Image.BILINEAR), draws, 16, 4), draws)
    made[f"cifar {position}"] = pixels(image.rotate(draws.uniform(-15, 15), Image.NEAREST))

# Large and smooth: a decoder may shrink it while decoding.
large = scene(480, 360)
large.save(folder / "large.jpg", quality=60)
with Image.open(folder / "large.jpg") as file:
    made["large 24x32"] = pixels(file.resize((32, 24), Image.BILINEAR))

# Lines of pixels, colour at half the columns, and restart markers.
save("one-row.jpg", scene(9, 1))
save("one-row.png", scene(9, 1))
save("one-column.png", scene(1, 9))
save("colour-422.jpg", base, quality=90, subsampling=1)
save("restart.jpg", base, quality=90, restart_marker_blocks=1)

(folder / "expected.json").write_text(json.dumps({"decoded": decoded, "made": made}, indent=2) + "\n")
