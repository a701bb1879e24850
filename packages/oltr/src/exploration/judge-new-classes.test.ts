import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, manualSeed } from '@oltr/torch'
import { OpenLongTailedModel } from '../model.ts'
import { ModelConfig } from '../model-config.ts'
import { judgeNewClasses } from './judge-new-classes.ts'
import { parseUpdateConfig } from './update-model.ts'

const D = 64

/** A direction of its own for each class, and a little noise that depends on the image. */
function feature(direction: number, image: number): number[] {
  return Array.from({ length: D }, (_, d) => (d === direction ? 6 : 0) + 0.05 * Math.sin(7 * image + d))
}

function modelWith(classes: number): OpenLongTailedModel {
  manualSeed(0)
  return new OpenLongTailedModel(
    ModelConfig.parse({ backbone: 'cifar-resnet-20', imageSize: 32 }),
    classes,
  ).eval()
}

function named(classNames: readonly string[]) {
  const names = [...new Set(classNames)]
  return {
    features: Float32Array.from(classNames.flatMap((name, at) => feature(10 + names.indexOf(name), at))),
    classNames,
    energies: classNames.map(() => 1),
  }
}

test('classes that lie apart are recognised on images that were held out', () => {
  const model = modelWith(3)
  const images = named(['heron', 'heron', 'heron', 'coot', 'coot', 'coot', 'coot'])
  const before = liveTensors()
  const gained = judgeNewClasses(model, ['a', 'b', 'c'], images, [5, 5, 5], parseUpdateConfig({}))
  assert.ok(gained !== null && gained > 0.9, String(gained))
  assert.equal(liveTensors(), before)
  model.dispose()
})

test('names that mean nothing are not recognised: nothing is judged on what it was learned from', () => {
  const model = modelWith(3)
  // In one half x and y show two things, in the other half the same two the other way round.
  const swapped = { ...named(['p', 'q', 'q', 'p']), classNames: ['x', 'y', 'x', 'y'] }
  const gained = judgeNewClasses(model, ['a', 'b', 'c'], swapped, [5, 5, 5], parseUpdateConfig({}))
  assert.ok(gained !== null && gained < 0.1, String(gained))
  model.dispose()
})

test('with one image a class, or none that is new, there is nothing to say', () => {
  const model = modelWith(2)
  const config = parseUpdateConfig({})
  assert.equal(judgeNewClasses(model, ['a', 'b'], named(['heron', 'coot']), [5, 5], config), null)
  assert.equal(judgeNewClasses(model, ['a', 'b'], named(['a', 'a', 'b', 'b']), [5, 5], config), null)
  model.dispose()
})
