// Draws sample images for a run on the built-in set: draw-samples.ts <run> <folder> <images>

import { writeSamplePool } from 'oltr/exploration'

const [run, folder, images] = process.argv.slice(2) as [string, string, string]
await writeSamplePool(run, folder, Number(images))
