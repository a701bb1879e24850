// Puts the chosen images of a round into clusters, by k-means on the features that exploration kept, and says which classes are
// nearest to each: group-round.ts <round folder> <file>

import fs from 'node:fs'
import { join } from 'node:path'
import { noGrad, tensor } from '@oltr/torch'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { kMeans } from 'oltr'
import { FeatureStore, readRound, type ScoreLine } from 'oltr/exploration'

/** As many as a person takes in at a glance. */
const PER_CLUSTER = 12

const [folder, file] = process.argv.slice(2) as [string, string]
const { selection } = readRound(folder)
const about = JSON.parse(fs.readFileSync(join(folder, 'features', 'about.json'), 'utf8'))
const store = FeatureStore.open(join(folder, 'features'), about, 1)
const places = selection.asked.map(({ at }) => at)
const features = store.readAt(places)
const clusters = noGrad(() => {
  const x = tensor(features, { shape: [places.length, store.source.dimension] }) // (n, D)
  return kMeans(x, Math.max(1, Math.round(places.length / PER_CLUSTER)), { seed: 0 }).assignment
})
const nearest = new Map<number, ScoreLine['nearest']>()
const wanted = new Set(places)
for (const line of fs.readFileSync(join(folder, 'scores.jsonl'), 'utf8').split('\n')) {
  if (line === '') continue
  const score = JSON.parse(line) as ScoreLine
  if (wanted.has(score.at)) nearest.set(score.at, score.nearest)
}
writeFileAtomicSync(
  file,
  JSON.stringify({ clusters: [...clusters], nearest: places.map((at) => nearest.get(at) ?? []) }),
)
