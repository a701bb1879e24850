// The embedding of a round's pool in the plane, by UMAP (McInnes et al. 2018): draw-map.ts <round folder> <file>
// Above some thousand images a part is laid out, and the rest placed at the mean of their nearest neighbours in it.

import fs from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { FeatureStore, type ScoreLine } from 'oltr/exploration'
import { UMAP } from 'umap-js'

const LAID_OUT = 4000
const NEIGHBOURS = 15
const NEAREST = 3

const [folder, file] = process.argv.slice(2) as [string, string]
const about = JSON.parse(fs.readFileSync(join(folder, 'features', 'about.json'), 'utf8'))
const store = FeatureStore.open(join(folder, 'features'), about, 1)
const lines = fs
  .readFileSync(join(folder, 'scores.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as ScoreLine)
  .filter(({ skipped }) => skipped === undefined)
const rows = rowsOf(lines.map(({ at }) => at))
const places = placed(rows)
const [x, y] = [0, 1].map((axis) => scaled(places.map((place) => place[axis]!)))
writeFileAtomicSync(
  file,
  JSON.stringify({
    images: lines.map(({ id }) => id),
    x,
    y,
    openness: lines.map(({ openness }) => openness),
    informativeness: lines.map(({ informativeness }) => informativeness),
    nearest: lines.map(({ nearest }) => nearest?.[0]?.[0] ?? ''),
  }),
)

function rowsOf(at: readonly number[]): number[][] {
  const width = store.source.dimension
  const values = store.readAt(at)
  return at.map((_, row) => [...values.subarray(row * width, (row + 1) * width)])
}

function placed(all: readonly number[][]): number[][] {
  // Too few for a neighbourhood: one beside the other.
  if (all.length < 4) return all.map((_, at) => [at, 0])
  const step = Math.max(1, all.length / LAID_OUT)
  const chosen = Array.from({ length: Math.min(all.length, LAID_OUT) }, (_, i) => Math.floor(i * step))
  const sample = chosen.map((at) => all[at]!)
  const layout = new UMAP({
    nNeighbors: Math.min(NEIGHBOURS, sample.length - 1),
    minDist: 0.1,
    random: mulberry(0),
  })
  const epochs = layout.initializeFit(sample)
  for (let epoch = 0; epoch < epochs; epoch++) {
    layout.step()
    if (epoch % 10 === 0) report(epoch, epochs)
  }
  const laid = layout.getEmbedding()
  const placeOf = new Map(chosen.map((at, i) => [at, laid[i]!]))
  return all.map((row, at) => placeOf.get(at) ?? between(row, sample, laid))
}

function between(row: readonly number[], sample: readonly number[][], laid: readonly number[][]): number[] {
  const nearest: { at: number; squared: number }[] = []
  for (let at = 0; at < sample.length; at++) {
    let squared = 0
    for (let d = 0; d < row.length; d++) squared += (row[d]! - sample[at]![d]!) ** 2
    if (nearest.length === NEAREST && squared >= nearest[NEAREST - 1]!.squared) continue
    nearest.push({ at, squared })
    nearest.sort((a, b) => a.squared - b.squared)
    nearest.length = Math.min(nearest.length, NEAREST)
  }
  return [0, 1].map((axis) => nearest.reduce((sum, { at }) => sum + laid[at]![axis]!, 0) / nearest.length)
}

function scaled(values: readonly number[]): number[] {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return values.map((value) => (most > least ? (value - least) / (most - least) : 0.5))
}

function report(done: number, total: number): void {
  process.stderr.write(
    `${JSON.stringify({ event: 'progress', label: 'layout', done, total, unit: 'rounds', secondsLeft: null })}\n`,
  )
}

/** https://github.com/bryc/code, a generator of 32 bits: the map is the same each time. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
