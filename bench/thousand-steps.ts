// Training steps of stage 2 one after the other, with their batches from the loader, in a process of its own. A small
// network and a small batch: every kind of tensor that a step makes, in the shortest time.
// Arguments: steps. Prints { tensors, bytes } (live tensors, resident memory) after a tenth of the steps and after all.

import { liveTensors, manualSeed, ops, scope, setThreads } from '@oltr/torch'
import { cifarTrain, ImageLoader } from '@oltr/torch/data'
import { memoryStage, OpenLongTailedModel, parseRunConfig, recipe } from 'oltr'
import { processMemory } from './process-memory.ts'

export interface Standing {
  readonly tensors: number
  readonly bytes: number
}

const steps = Number(process.argv[2])
const [batchSize, classes] = [8, 100]

setThreads(2)
manualSeed(0)
const { model: modelConfig, ...rest } = recipe('cifar100-lt')
const config = parseRunConfig({
  ...rest,
  model: { ...modelConfig, backbone: 'cifar-resnet-20', reachScale: 10 },
})
const model = new OpenLongTailedModel(config.model, classes)
model.to({ memoryFormat: 'channels_last' })
model.train()
scope(() => model.memory.set(ops.randn([classes, model.dimension])))
const stage = memoryStage(model, config, 'float32')
for (const optimiser of stage.optimisers) for (const group of optimiser.groups) group.lr = 1e-4
const images = 16 * batchSize
const loader = new ImageLoader({
  images: {
    kind: 'pixels',
    data: new Uint8Array(images * 3072).map((_, i) => i * 97),
    height: 32,
    width: 32,
  },
  labels: Int32Array.from({ length: images }, (_, i) => i % classes),
  transforms: cifarTrain(),
  batchSize,
  memoryFormat: 'channels_last',
})
const standings: Standing[] = []
for (let step = 0; step < steps; ) {
  for await (const batch of loader.epoch(step)) {
    stage.step(batch)
    batch.dispose()
    step++
    // Batches made ahead are tensors, too: count between two epochs, when there are none.
    if (step === steps) break
  }
  if (standings.length === 0 ? step >= steps / 10 : step === steps) {
    standings.push({ tensors: liveTensors(), bytes: processMemory().resident })
  }
}
process.stdout.write(`${JSON.stringify(standings)}\n`)
