// Every image of a pool scored and written down, chunk by chunk: scores.jsonl says of each image how open and informative
// it is and which classes are near, so that a person can be told why it was chosen. A killed pass goes on where it was;
// neither the pool's features nor its lines are ever in memory as a whole.

import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { tensor } from '@oltr/torch'
import { DataError } from '../errors.ts'
import type { OpenLongTailedModel } from '../model.ts'
import { heed, NEVER_STOPPED, type StopRequest } from '../training/interruption.ts'
import type { FeatureStore } from './feature-store.ts'
import { ScoreColumns, type ScoredPool, type ScoreLine } from './scored-pool.ts'
import { explorationScores, type ScoreOptions } from './scores.ts'

export interface PoolInput {
  readonly store: FeatureStore
  /** Which images of the store, in the order of the stream. */
  readonly positions: ArrayLike<number>
  readonly model: OpenLongTailedModel
  readonly classNames: readonly string[]
  /** Content hashes of images that are labelled already. */
  readonly labelled: ReadonlySet<string>
}

const CHUNK = 4096

/** Scores the pool into `file`. Throws ConfigError for a model of one class, Interrupted after a signal. */
export async function scorePool(
  input: PoolInput,
  file: string,
  options: ScoreOptions,
  {
    stop = NEVER_STOPPED,
    onImages = () => {},
  }: { stop?: StopRequest; onImages?: (done: number) => void } = {},
): Promise<ScoredPool> {
  const columns = new ScoreColumns(input.classNames)
  const seen = new Map<string, string>()
  const remember = ({ id, image }: ScoreLine): void => {
    if (id !== undefined && !seen.has(id)) seen.set(id, image)
  }
  await readWholeLines(file, (line) => {
    columns.add(line)
    remember(line)
  })
  const descriptor = fs.openSync(file, 'a')
  try {
    for (let first = columns.lines; first < input.positions.length; first += CHUNK) {
      const chunk = scoreChunk(input, first, Math.min(first + CHUNK, input.positions.length), seen, options)
      fs.writeSync(descriptor, chunk.map((line) => `${JSON.stringify(line)}\n`).join(''))
      for (const line of chunk) columns.add(line)
      onImages(columns.lines)
      await heed(stop)
    }
    fs.fsyncSync(descriptor)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
    throw new DataError(file, 'cannot be written, the disk is full; free some space, then go on', { cause })
  } finally {
    fs.closeSync(descriptor)
  }
  return columns.pool()
}

function scoreChunk(
  { store, positions, model, classNames, labelled }: PoolInput,
  first: number,
  end: number,
  seen: Map<string, string>,
  options: ScoreOptions,
): ScoreLine[] {
  const rows = Array.from({ length: end - first }, (_, i) => positions[first + i])
  using x = tensor(store.readAt(rows), { shape: [rows.length, model.dimension] }) // (n, D)
  const scores = explorationScores(x, model.memory.centroids, options)
  return rows.map((at, i): ScoreLine => {
    const stored = store.images[at]
    if ('error' in stored) return { at, image: stored.image, skipped: stored.error }
    const { image, id } = stored
    const before = seen.get(id)
    if (before === undefined) seen.set(id, image)
    const skipped =
      before !== undefined
        ? `the same image as ${before}`
        : labelled.has(id)
          ? 'is labelled already'
          : undefined
    const place = i * scores.nearestCount
    return {
      at,
      image,
      id,
      ...(skipped === undefined ? {} : { skipped }),
      openness: scores.openness[i],
      informativeness: scores.informativeness[i],
      energy: scores.energy[i],
      nearest: Array.from({ length: scores.nearestCount }, (_, k) => [
        classNames[scores.nearest[place + k]],
        scores.nearestDistances[place + k],
      ]),
    }
  })
}

/** Hands out the lines that are whole, and cuts off what a killed process left of another. */
async function readWholeLines(file: string, use: (line: ScoreLine) => void): Promise<void> {
  if (!fs.existsSync(file)) return
  let bytes = 0
  const size = fs.statSync(file).size
  for await (const text of createInterface({
    input: fs.createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const end = bytes + Buffer.byteLength(text) + 1
    if (end > size) break // the last line has no end
    use(JSON.parse(text) as ScoreLine)
    bytes = end
  }
  fs.truncateSync(file, bytes)
}
