// How much memory the head's forward and backward pass needs, in a process of its own where nothing else has needed more.
// Arguments: B, K, D. Prints { added: bytes at the peak beyond what was resident before, seconds: of one pass }.

import { manualSeed, setThreads } from '@oltr/torch'
import { seconds } from './benchmark.ts'
import { createHead, headStep, ourLogits } from './head-model.ts'
import { processMemory } from './process-memory.ts'

const [batch, classes, dimension] = process.argv.slice(2).map(Number) as [number, number, number]
setThreads(2)
manualSeed(0)
// What the library sets up once (threads, buffers of its matrix products) is not the head's.
const small = createHead(batch, 10, dimension)
headStep(small, ourLogits)
const head = createHead(batch, classes, dimension)
const before = processMemory().resident
headStep(head, ourLogits)
const taken = seconds(() => headStep(head, ourLogits))
process.stdout.write(`${JSON.stringify({ added: processMemory().peak - before, seconds: taken })}\n`)
