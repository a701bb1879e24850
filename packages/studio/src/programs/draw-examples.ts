// A few training images of each class, to show for it: draw-examples.ts <run> <folder>

import fs from 'node:fs'
import { join } from 'node:path'
import { sha256, writeFileAtomicSync } from '@oltr/torch/files'
import { encodePng, filePath, loadSplits, pixelsOf, readRunConfig } from 'oltr/exploration'
import sharp from 'sharp'

const PER_CLASS = 6
const SMALL = 160

const [run, folder] = process.argv.slice(2) as [string, string]
fs.mkdirSync(folder, { recursive: true })
const { train } = await loadSplits(readRunConfig(run).data)
const chosen = new Map<number, number[]>()
train.labels.forEach((label, at) => {
  const places = chosen.get(label) ?? []
  if (places.length < PER_CLASS) chosen.set(label, [...places, at])
})
const index: [string, string[]][] = []
for (const [label, places] of chosen) {
  const images: string[] = []
  for (const at of places) {
    const png = await drawn(at)
    if (png === null) continue
    const id = sha256(png)
    writeFileAtomicSync(join(folder, `${id}.png`), png)
    images.push(id)
  }
  index.push([train.classNames[label]!, images])
}
writeFileAtomicSync(join(folder, 'index.json'), JSON.stringify(index))

async function drawn(at: number): Promise<Uint8Array | null> {
  const { images } = train
  if (images.kind === 'pixels') return encodePng(pixelsOf(images, at), images.height, images.width)
  try {
    return await sharp(filePath(images, at))
      .rotate()
      .resize({ width: SMALL, height: SMALL, fit: 'inside', withoutEnlargement: true })
      .png()
      .toBuffer()
  } catch {
    // A file that cannot be read is no example.
    return null
  }
}
