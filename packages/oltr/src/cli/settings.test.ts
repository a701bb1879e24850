import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, DataError } from '../errors.ts'
import { recipes } from '../recipes/recipes.ts'
import { parseRunConfig, type RunConfig } from '../run-config.ts'
import { resolveConfig } from './settings.ts'

const quickstart = (...set: string[]): RunConfig => resolveConfig({ recipe: 'quickstart', set })

const isConfigError = (path: string, message: RegExp) => (error: unknown) =>
  error instanceof ConfigError && error.path === path && message.test(error.message)

/** Every place in a tree that holds a value: `stage1.epochs`, ... */
function leaves(value: unknown, path: string[] = []): { path: string; value: unknown }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path: path.join('.'), value }]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
}

/** A file of that name and content, for as long as `use` runs. */
function withFile<T>(content: string, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'oltr-settings-'))
  try {
    const path = join(folder, 'run.yaml')
    writeFileSync(path, content)
    return use(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

for (const name of Object.keys(recipes)) {
  test(`${name} is a valid configuration, and is the same after being stored`, () => {
    const config = resolveConfig({ recipe: name })
    assert.equal(config.recipe, name)
    assert.deepEqual(parseRunConfig(JSON.parse(JSON.stringify(config))), config)
  })

  test(`${name}: --set reaches every leaf`, () => {
    const config = resolveConfig({ recipe: name })
    for (const { path, value } of leaves(config)) {
      // Setting the whole configuration once more, a leaf at a time, must change nothing.
      assert.deepEqual(
        resolveConfig({ recipe: name, set: [`${path}=${JSON.stringify(value)}`] }),
        config,
        path,
      )
    }
  })
}

test('--set changes numbers, words, truth values, null and lists', () => {
  const config = quickstart(
    'stage2.epochs=20',
    'execution.precision=bfloat16',
    'stage2.freezeBackbone=true',
    'execution.threads=null',
    'data.heldOut.classes=[a, b]',
    'model.reachScale=10',
  )
  assert.equal(config.stage2.epochs, 20)
  assert.equal(config.execution.precision, 'bfloat16')
  assert.equal(config.stage2.freezeBackbone, true)
  assert.equal(config.execution.threads, null)
  assert.deepEqual(config.data.heldOut!.classes, ['a', 'b'])
  assert.equal(config.model.reachScale, 10)
})

test('the later of two --set wins, and --seed and --data are shorthands', () => {
  assert.equal(quickstart('seed=1', 'seed=2').seed, 2)
  const config = resolveConfig({ recipe: 'my-folder', seed: 7, data: '/images' })
  assert.equal(config.seed, 7)
  assert.equal(config.data.path, '/images')
})

test('an unknown key is refused with the nearest one that exists', () => {
  assert.throws(
    () => quickstart('stage2.epoch=20'),
    isConfigError('config.stage2.epoch', /did you mean "epochs"\?/),
  )
  assert.throws(() => quickstart('stag1.epochs=20'), isConfigError('config.stag1', /did you mean "stage1"\?/))
  assert.throws(() => quickstart('execution.thread=1'), isConfigError('config.execution.thread', /"threads"/))
})

test('a value of the wrong type or out of range names its path and what is allowed', () => {
  assert.throws(() => quickstart('stage1.epochs=many'), isConfigError('config.stage1.epochs', /got "many"/))
  assert.throws(() => quickstart('stage1.batchSize=0'), isConfigError('config.stage1.batchSize', /got 0/))
  assert.throws(() => quickstart('stage1.epochs=1.5'), isConfigError('config.stage1.epochs', /got 1.5/))
  assert.throws(
    () => quickstart('stage1.optimiser.momentum=1'),
    isConfigError('config.stage1.optimiser.momentum', /got 1/),
  )
  assert.throws(
    () => quickstart('augmentation=none'),
    isConfigError('config.augmentation', /"cifar"\|"imagenet"|cifar.*imagenet/),
  )
})

test('what is no path=value, no YAML, or reaches below a value is refused', () => {
  for (const item of ['stage2.epochs', '=3', ''])
    assert.throws(() => quickstart(item), isConfigError('--set', /path=value/))
  assert.throws(() => quickstart('recipe=[1, 2'), isConfigError('--set', /must be YAML/))
  assert.throws(() => quickstart('seed.low=1'), isConfigError('seed.low', /seed is a value, not a group/))
})

test('a path through __proto__ or constructor changes no object but is refused as an unknown key', () => {
  for (const path of [
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'stage1.__proto__.polluted',
    '__proto__',
  ]) {
    assert.throws(() => quickstart(`${path}=1`), ConfigError, path)
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  }
  const yaml = '__proto__: { polluted: 1 }\nstage1: { __proto__: { polluted: 1 } }\n'
  assert.throws(
    () => withFile(yaml, (config) => resolveConfig({ recipe: 'quickstart', config })),
    ConfigError,
  )
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('any text as --set gives a configuration or a ConfigError', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (path, value) => {
      try {
        quickstart(`${path}=${value}`)
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error))
      }
    }),
    { numRuns: 200 },
  )
})

test('a file is merged key by key, and --set goes over it', () => {
  const yaml = 'stage1:\n  epochs: 3\n  optimiser: { nesterov: true }\nseed: 4\n'
  const config = withFile(yaml, (path) =>
    resolveConfig({ recipe: 'quickstart', config: path, set: ['seed=5'] }),
  )
  const plain = quickstart()
  assert.equal(config.stage1.epochs, 3)
  assert.equal(config.stage1.optimiser.nesterov, true)
  assert.equal(config.stage1.optimiser.weightDecay, plain.stage1.optimiser.weightDecay)
  assert.equal(config.stage1.batchSize, plain.stage1.batchSize)
  assert.equal(config.seed, 5)
})

test('JSON is YAML: the configuration of a finished run is a file that gives it again', () => {
  const wanted = quickstart('stage1.epochs=7', 'threshold.method.kind=macroF1')
  const again = withFile(JSON.stringify(wanted), (config) => resolveConfig({ recipe: 'my-folder', config }))
  assert.deepEqual(again.stage1, wanted.stage1)
  assert.deepEqual(again.threshold, wanted.threshold)
})

test('a group of another kind replaces the one before, by file and by --set', () => {
  const yaml =
    'stage1:\n  schedule: { kind: step, stepSize: 10, gamma: 0.1 }\n  sampler: { kind: square-root }\n'
  const byFile = withFile(yaml, (config) => resolveConfig({ recipe: 'cifar100-lt', config }))
  assert.deepEqual(byFile.stage1.schedule, { kind: 'step', stepSize: 10, gamma: 0.1 })
  assert.deepEqual(byFile.stage1.sampler, { kind: 'square-root' })
  const bySet = resolveConfig({
    recipe: 'cifar100-lt',
    set: ['stage1.schedule.kind=step', 'stage1.schedule.stepSize=10', 'stage1.schedule.gamma=0.1'],
  })
  assert.deepEqual(bySet.stage1.schedule, byFile.stage1.schedule)
  assert.deepEqual(
    resolveConfig({ recipe: 'cifar100-lt', set: ['stage2.sampler.kind=shuffle'] }).stage2.sampler,
    { kind: 'shuffle' },
  )
})

test('a group of the same kind keeps its other keys', () => {
  const config = resolveConfig({
    recipe: 'cifar100-lt',
    set: ['stage2.sampler.kind=class-aware', 'stage2.sampler.perClass=2'],
  })
  assert.deepEqual(config.stage2.sampler, { kind: 'class-aware', perClass: 2 })
  assert.equal(
    resolveConfig({ recipe: 'imagenet-lt', set: ['stage1.schedule.stepSize=5'] }).stage1.schedule.kind,
    'step',
  )
})

test('a file that is missing, broken or no mapping is a DataError that names it', () => {
  assert.throws(
    () => resolveConfig({ recipe: 'quickstart', config: '/no/such.yaml' }),
    (error) => error instanceof DataError && /\/no\/such\.yaml/.test(error.message),
  )
  for (const content of ['a: [1', '- 1\n- 2\n', 'hello', '']) {
    assert.throws(
      () => withFile(content, (config) => resolveConfig({ recipe: 'quickstart', config })),
      (error) => error instanceof DataError && /run\.yaml/.test(error.message),
      content,
    )
  }
})

test('an unknown recipe names those that exist', () => {
  for (const name of ['no-such', '__proto__', 'toString'])
    assert.throws(() => resolveConfig({ recipe: name }), isConfigError('recipe', /quickstart, cifar10-lt/))
})
