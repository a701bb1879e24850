# The two JPEG files that bench/loading.ts decodes: noise with the spectrum of photographs (power falls with the square
# of the frequency), at sizes and qualities that data sets have.
# Run: python3 bench/python/make_fixtures.py (Pillow, NumPy). Writes bench/fixtures.
from pathlib import Path

import numpy as np
from PIL import Image

folder = Path(__file__).resolve().parent.parent / "fixtures"
random = np.random.default_rng(0)


def photograph(width, height):
    side = max(width, height)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = 1
    light = np.fft.ifft2(np.fft.fft2(random.normal(size=(side, side))) / frequency).real
    tint = [np.fft.ifft2(np.fft.fft2(random.normal(size=(side, side))) / frequency).real for _ in range(3)]
    planes = [light / light.std() + 0.4 * each / each.std() for each in tint]
    pixels = np.stack(planes, 2)[:height, :width] * 48 + 120
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


folder.mkdir(exist_ok=True)
photograph(64, 64).save(folder / "64x64.jpg", quality=90)
photograph(500, 375).save(folder / "500x375.jpg", quality=90)
