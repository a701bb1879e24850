import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveConfig } from '../cli/settings.ts'
import { commandLine } from './command-line.ts'
import { recipes } from './recipes.ts'

test('a recipe as it is needs no settings', () => {
  for (const name of Object.keys(recipes)) {
    assert.equal(commandLine(resolveConfig({ recipe: name })), `oltr train --recipe ${name}`)
  }
})

test('what differs from the recipe is said, where the data lies is not', () => {
  const set = [
    'stage1.epochs=130',
    'stage1.schedule.pieces=[[0,1],[3,0.1]]',
    'data.open.path=/somewhere/else',
  ]
  const config = resolveConfig({ recipe: 'cifar100-lt', data: '/here', seed: 2, set })
  const command = commandLine(config)
  assert.match(command, /^oltr train --recipe cifar100-lt --set seed=2 /)
  assert.match(command, / --set stage1\.epochs=130 /)
  assert.match(command, / --set 'stage1\.schedule\.pieces=\[\[0,1\],\[3,0\.1\]\]'/)
  assert.doesNotMatch(command, /here|somewhere/)
})

test('the command makes the same configuration again', () => {
  const config = resolveConfig({
    recipe: 'quickstart',
    set: ['stage2.epochs=3', 'model.reachScale=10', 'shots.fewBelow=5'],
  })
  const set = [...commandLine(config).matchAll(/--set (\S+)/g)].map((match) => match[1]!)
  assert.deepEqual(resolveConfig({ recipe: 'quickstart', set }), config)
})
