// Images to try the loop on: of the built-in set, classes that its models know and classes that they do not, as a folder of
// PNG files in random order whose names say nothing. What they show is for tests and simulated people only. Holds no tensor.

import fs from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { pixelsOf } from '../datasets/dataset.ts'
import { loadExplorationData } from '../datasets/exploration-data.ts'
import { KeyedRandom } from '../datasets/generated/random.ts'
import { encodePng } from '../datasets/png-writer.ts'
import { ConfigError } from '../errors.ts'
import { readRunConfig } from '../read-run-config.ts'
import { shuffled } from './draw-pool.ts'

export interface SampleImage {
  readonly file: string
  readonly className: string
  readonly known: boolean
}

/** Whether a run was trained on the built-in set, so that it has sample images. */
export function hasSamplePool(run: string): boolean {
  return readRunConfig(run).data.format === 'generated'
}

/**
 * Writes up to `count` images into `folder`, one half of classes that the run's model does not know; an image that is there
 * already stays. Throws ConfigError for a run on other data.
 */
export async function writeSamplePool(run: string, folder: string, count: number): Promise<SampleImage[]> {
  const { data } = readRunConfig(run)
  if (data.format !== 'generated')
    throw new ConfigError(
      'data.format',
      data.format,
      'sample images are drawn for runs on the built-in set only',
    )
  const { pool, knownClasses } = await loadExplorationData(data)
  const { images } = pool
  if (images.kind !== 'pixels') throw new TypeError('the built-in set is drawn into memory')
  const of = (known: boolean): number[] =>
    shuffled(
      [...pool.labels.keys()].filter((at) => pool.labels[at] < knownClasses === known),
      new KeyedRandom(0, known ? 1 : 2),
    )
  const half = Math.ceil(count / 2)
  const chosen = shuffled(
    [...of(false).slice(0, half), ...of(true).slice(0, count - half)],
    new KeyedRandom(0, 3),
  )
  fs.mkdirSync(folder, { recursive: true })
  return chosen.map((at, order) => {
    const file = `${String(order + 1).padStart(4, '0')}.png`
    if (!fs.existsSync(join(folder, file)))
      writeFileAtomicSync(join(folder, file), encodePng(pixelsOf(images, at), images.height, images.width))
    const label = pool.labels[at]
    return { file, className: pool.classNames[label], known: label < knownClasses }
  })
}
