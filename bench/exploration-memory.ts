// How much memory it takes to score a large pool whose features come chunk by chunk, in a process of its own.
// Arguments: N, K, D. Prints { peak: bytes of the whole process, seconds: of drawing and scoring }.

import { manualSeed, ops, scope, setThreads } from '@oltr/torch'
import { explorationScoresOfChunks } from 'oltr'
import { seconds } from './benchmark.ts'
import { processMemory } from './process-memory.ts'

const CHUNK = 8192

const [images, classes, dimension] = process.argv.slice(2).map(Number) as [number, number, number]
setThreads(2)
manualSeed(0)
const centroids = ops.randn([classes, dimension]) // (K, D)
function* features(): Iterable<Float32Array> {
  for (let first = 0; first < images; first += CHUNK)
    yield scope(() => ops.randn([Math.min(CHUNK, images - first), dimension]).toArray() as Float32Array) // flat (n, D)
}

const taken = seconds(() => {
  const { energy } = explorationScoresOfChunks(features(), centroids)
  if (energy.length !== images || !energy.every((each) => each > 0)) throw new Error('an image got no energy')
})
process.stdout.write(`${JSON.stringify({ peak: processMemory().peak, seconds: taken })}\n`)
