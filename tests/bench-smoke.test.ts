// The benchmarks are programs, too: they run, and say what they measured.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './repository.ts'

function bench(...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'bench/main.ts'), ...args], { cwd: root, encoding: 'utf8' })
}

test('a quick run of two benchmarks measures every line of theirs', () => {
  const { status, stdout, stderr } = bench('--quick', '--json', 'operator-call', 'head')
  assert.equal(status, 0, stderr)
  const { machine, lines } = JSON.parse(stdout)
  assert.match(machine.libtorch, /^\d+\.\d+/)
  assert.equal(lines.length, 5)
  for (const line of lines) {
    assert.ok(line.ours.value > 0, `${line.what}: ${JSON.stringify(line.ours)}`)
    assert.equal(typeof line.met, 'boolean', line.what)
  }
})

test('an unknown benchmark is refused with the names there are; a partial run is not published', () => {
  const unknown = bench('--quick', 'resnet')
  assert.equal(unknown.status, 2)
  assert.match(unknown.stderr, /no benchmark is called resnet; there are operator-call, resnet32-step, head/)
  const partial = bench('--write', 'head')
  assert.equal(partial.status, 2)
  assert.match(partial.stderr, /--write publishes a complete run/)
})
