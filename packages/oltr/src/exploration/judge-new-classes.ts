// What an update gains: how well its new classes are recognised on images that it did not learn them from. Named images are few,
// so they are used twice: half of each class is learned and the other half judged, then the other way round.

import type { OpenLongTailedModel } from '../model.ts'
import { type NamedImages, numbered } from './apply-labels.ts'
import { accuracyByClass, meanAccuracy } from './growth-metrics.ts'
import { predictedLabels } from './recognise-features.ts'
import { type UpdateConfig, updateModel } from './update-model.ts'

/**
 * Accuracy on the new classes, 0..1, a mean over classes, deciding among all classes; null where no new class has two images.
 * With half of the images it is rather a lower bound of what the update itself reaches. The model stays as it is.
 */
export function judgeNewClasses(
  model: OpenLongTailedModel,
  known: readonly string[],
  named: NamedImages,
  trainingCounts: readonly number[],
  config: UpdateConfig,
): number | null {
  const places = Map.groupBy(named.classNames.keys(), (at) => named.classNames[at]!)
  const isKnown = new Set(known)
  const halves: [number[], number[]] = [[], []]
  const judged: [number[], number[]] = [[], []]
  for (const [name, images] of places)
    images.forEach((at, order) => {
      // The only image of a class is learned both times, and judged never.
      const once = images.length > 1
      for (const half of [0, 1] as const) if (!once || order % 2 === half) halves[half].push(at)
      if (once && !isKnown.has(name)) judged[order % 2 === 0 ? 1 : 0].push(at)
    })
  if (judged[0].length === 0) return null
  const predictions: string[] = []
  const truths: string[] = []
  for (const half of [0, 1] as const) {
    const learned = part(model, named, halves[half])
    const { labels, newClasses } = numbered(learned.classNames, known)
    const updated = updateModel(
      model,
      { features: learned.features, labels, energies: learned.energies, newClasses },
      trainingCounts,
      config,
    )
    const test = part(model, named, judged[half])
    const names = [...known, ...newClasses]
    for (const label of predictedLabels(updated, test.features)) predictions.push(names[label]!)
    truths.push(...test.classNames)
    updated.dispose()
  }
  const place = new Map([...new Set([...predictions, ...truths])].map((name, at) => [name, at]))
  const accuracies = accuracyByClass({
    predictions: predictions.map((name) => place.get(name)!),
    labels: truths.map((name) => place.get(name)!),
    modelLabel: (label) => label,
  })
  return meanAccuracy(accuracies, accuracies.keys())
}

function part(model: OpenLongTailedModel, named: NamedImages, at: readonly number[]): NamedImages {
  const width = model.dimension
  const features = new Float32Array(at.length * width)
  at.forEach((from, to) => {
    features.set(named.features.subarray(from * width, (from + 1) * width), to * width)
  })
  return {
    features,
    classNames: at.map((each) => named.classNames[each]!),
    energies: at.map((each) => named.energies[each]!),
  }
}
