// A process that gives answers as fast as it can and prints each one once it is acknowledged, for a test that kills it:
// node answering.fixture.ts <store> <person> <first> <count>

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { giveAnswers } from './answers.ts'
import { knownClassId } from './class-changes.ts'
import { taskOf } from './round.fixture.ts'
import { Store } from './store.ts'

const [place, person, tasks] = process.argv.slice(2) as [string, string, string]
const store = await Store.open(place)
fs.writeSync(1, `open ${process.pid}\n`)
for (let at = 0; ; at++) {
  // Three at once: all of them are kept, or none.
  const answers = Array.from({ length: 3 }, () => ({
    uuid: randomUUID(),
    task: taskOf(at % Number(tasks)),
    verdict: { kind: 'class' as const, class: knownClassId('coot') },
  }))
  await giveAnswers(store, person, answers)
  fs.writeSync(1, `${answers.map(({ uuid }) => uuid).join(' ')}\n`)
}
