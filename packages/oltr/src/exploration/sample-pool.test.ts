import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { recipe } from '../recipes/recipes.ts'
import { parseRunConfig } from '../run-config.ts'
import { hasSamplePool, writeSamplePool } from './sample-pool.ts'

function runOn(t: TestContext, name: string): string {
  const run = mkdtempSync(join(tmpdir(), 'oltr-samples-'))
  t.after(() => rmSync(run, { recursive: true, force: true }))
  writeFileSync(join(run, 'config.json'), JSON.stringify(parseRunConfig(recipe(name))))
  return run
}

test('half of the samples are of classes that the model does not know, in an order that says nothing, the same each time', async (t) => {
  const run = runOn(t, 'quickstart')
  assert.ok(hasSamplePool(run))
  const folder = join(run, 'samples')
  const samples = await writeSamplePool(run, folder, 31)
  assert.equal(samples.filter(({ known }) => !known).length, 16)
  assert.deepEqual(
    readdirSync(folder).sort(),
    samples.map(({ file }) => file),
  )
  assert.ok(samples.slice(0, 16).some(({ known }) => known))
  const first = readFileSync(join(folder, '0001.png'))
  assert.deepEqual(await writeSamplePool(run, folder, 31), samples)
  assert.ok(readFileSync(join(folder, '0001.png')).equals(first))
})

test('a run on other data has no samples, and says so', async (t) => {
  const run = runOn(t, 'my-folder')
  assert.equal(hasSamplePool(run), false)
  await assert.rejects(writeSamplePool(run, join(run, 'samples'), 10), /built-in set only/)
})
