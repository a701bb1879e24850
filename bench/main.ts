// Speed and memory, measured against what was promised.
//   npm run bench                      all of it, about eight minutes
//   npm run bench -- head loading      some of it
//   npm run bench -- --quick           only shows that it runs; the numbers mean nothing
//   npm run bench -- --json            the lines as JSON
//   npm run bench -- --write           all of it, into docs/results/bench.json and bench.md

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Benchmark, Line } from './benchmark.ts'
import { exploration } from './exploration.ts'
import { head } from './head.ts'
import { loading } from './loading.ts'
import { describeMachine } from './machine.ts'
import { memory } from './memory.ts'
import { operatorCall } from './operator-call.ts'
import { formatLine, markdown } from './report.ts'
import { resnet32Step } from './resnet32-step.ts'

const benchmarks: readonly Benchmark[] = [operatorCall, resnet32Step, head, loading, memory, exploration]
const results = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/results')

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
  allowPositionals: true,
})
const { quick = false, json = false, write = false } = values
const unknown = positionals.filter((name) => !benchmarks.some((each) => each.name === name))
if (unknown.length > 0) {
  fail(
    `no benchmark is called ${unknown.join(', ')}; there are ${benchmarks.map((each) => each.name).join(', ')}`,
  )
} else if (write && (quick || positionals.length > 0)) {
  fail('--write publishes a complete run: leave out --quick and the names')
} else {
  await main()
}

async function main(): Promise<void> {
  const machine = describeMachine()
  const lines: Line[] = []
  for (const benchmark of benchmarks) {
    if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue
    for (const line of await benchmark.run({ quick })) {
      lines.push(line)
      if (!json) console.log(formatLine(line))
    }
  }
  if (json) console.log(JSON.stringify({ machine, lines }, null, 2))
  else if (!quick) console.log(summary(lines))
  if (!write) return
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'bench.json'), `${JSON.stringify({ machine, lines }, null, 2)}\n`)
  writeFileSync(join(results, 'bench.md'), markdown(lines, machine))
}

function summary(lines: readonly Line[]): string {
  const measured = lines.filter((line) => line.met !== null)
  const skipped = lines.length - measured.length
  const met = measured.filter((line) => line.met).length
  return `\n${met} of ${measured.length} targets met${skipped > 0 ? `, ${skipped} not measured` : ''}`
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 2
}
