// Where the images lie that people gave a new name: what the overlap of two names is judged by.

import type { Answer } from '../annotation/annotator.ts'
import type { NameEmbedding } from './embedding-overlap.ts'

/** Mean and spread of the features of each name's images; one that several people called so counts once. */
export function nameEmbeddings(
  answers: readonly Answer[],
  featureOf: (question: string) => Float32Array | undefined,
): Map<string, NameEmbedding> {
  const images = new Map<string, Map<string, Float32Array>>()
  for (const answer of answers) {
    if (answer.kind !== 'class') continue
    const feature = featureOf(answer.question)
    if (!feature) continue
    const own = images.get(answer.name) ?? new Map<string, Float32Array>()
    own.set(answer.question, feature)
    images.set(answer.name, own)
  }
  return new Map([...images].map(([name, features]) => [name, embeddingOf([...features.values()])]))
}

function embeddingOf(features: readonly Float32Array[]): NameEmbedding {
  const count = features.length
  const mean = new Float32Array(features[0].length)
  for (const feature of features) for (let d = 0; d < mean.length; d++) mean[d] += feature[d] / count
  const squares = features.reduce(
    (sum, feature) => sum + feature.reduce((own, value, d) => own + (value - mean[d]) ** 2, 0),
    0,
  )
  return { mean, spread: Math.sqrt(squares / count), count }
}
