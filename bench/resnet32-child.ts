// Our side of resnet32-step.ts and memory.ts, in a process of its own: the product's stage-1 training step of ResNet-32.
// The same requests as python/resnet32_step.py. Arguments: precision (float32, bfloat16 or auto), memory format, threads,
// batch size.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { libraryInfo, manualSeed, ops, setThreads } from '@oltr/torch'
import {
  choosePrecision,
  PlainModel,
  type Precision,
  parseRunConfig,
  plainStage,
  recipe,
  secondsPerStep,
} from 'oltr'
import { seconds } from './benchmark.ts'
import { processMemory } from './process-memory.ts'

export interface Ready {
  readonly version: string
  readonly precision: Precision
  /** What `auto` measured: seconds of a small step. */
  readonly measured: Readonly<Record<string, number>>
}

const [wanted, memoryFormat, threads, batchSize] = process.argv.slice(2) as [
  'auto' | Precision,
  'contiguous_format' | 'channels_last',
  string,
  string,
]
const CLASSES = 100

setThreads(Number(threads))
const config = parseRunConfig(recipe('cifar100-lt'))
const measured: Record<string, number> = {}
const precision = choose()
manualSeed(0)
const model = new PlainModel(config.model, CLASSES)
model.to({ memoryFormat })
model.train()
const images = ops.randn([Number(batchSize), 3, 32, 32]).to({ memoryFormat })
const labels = ops.randint(CLASSES, [Number(batchSize)], { dtype: 'int64' })
const stage = plainStage(model, config, precision)
answer({ version: libraryInfo().version, precision, measured } satisfies Ready)

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { steps: number } | { memory: true }
  if ('memory' in request) {
    answer(processMemory())
    continue
  }
  let loss = 0
  const taken = seconds(() => {
    for (let i = 0; i < request.steps; i++) loss = stage.step({ images, labels }).loss
  })
  answer({ seconds: taken, loss })
}

/** What a run with this setting would take. */
function choose(): Precision {
  if (wanted !== 'auto') return wanted
  const folder = mkdtempSync(join(tmpdir(), 'oltr-bench-'))
  try {
    return choosePrecision(join(folder, 'precision.json'), 'auto', 'cpu', (each) => {
      measured[each] = secondsPerStep(config, each)
      return measured[each]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
