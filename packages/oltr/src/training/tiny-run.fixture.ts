// A complete run of a few seconds on one thread: both stages, on built-in images of 16 pixels, with everything that the
// long runs have (unknown images, validation, thresholds).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseRunConfig, type RunConfig } from '../run-config.ts'

/** The configuration of that run; `change` edits it before it is checked. */
export function tinyConfig(change: (config: RunConfig) => void = () => {}): RunConfig {
  const stage = {
    epochs: 2,
    batchSize: 8,
    schedule: { kind: 'constant' },
    optimiser: { weightDecay: 5e-4 },
  }
  const config = parseRunConfig({
    recipe: 'tiny',
    data: {
      format: 'generated',
      imageSize: 16,
      generated: {
        size: 16,
        knownClasses: 4,
        openClasses: 2,
        openValidationClasses: 1,
        maxPerClass: 20,
        minPerClass: 3,
        validationPerClass: 2,
        testPerClass: 3,
        openPerClass: 3,
        openValidationPerClass: 4,
      },
    },
    augmentation: 'small',
    model: { backbone: 'cifar-resnet-20', imageSize: 16, reachScale: 'mean-distance' },
    stage1: {
      ...stage,
      sampler: { kind: 'shuffle' },
      learningRate: { backbone: 0.05, classifier: 0.05 },
    },
    stage2: {
      ...stage,
      sampler: { kind: 'class-aware', perClass: 2 },
      learningRate: { backbone: 0.005, head: 0.05 },
    },
    execution: { precision: 'float32', threads: 1, validateEvery: 1, evaluationBatchSize: 8 },
  })
  change(config)
  return parseRunConfig(config)
}

/** An empty folder, removed by `[Symbol.dispose]`. */
export function temporaryRun(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'oltr-run-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
