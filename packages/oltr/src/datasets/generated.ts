// The built-in data set: images that this file and its folder draw themselves, the same on every machine for the same
// seed. Every class is a combination of nameable concepts (texture, colour, shape, part); the training images follow
// the exponential long-tail profile, and tail and open classes recombine concepts of head classes.

import { ConfigError } from '../errors.ts'
import { type Dataset, UNKNOWN } from './dataset.ts'
import { type ClassList, listClasses, MOST_CLASSES } from './generated/classes.ts'
import { type Background, type Concepts, nameOf } from './generated/concepts.ts'
import { drawScene } from './generated/draw.ts'
import { KeyedRandom } from './generated/random.ts'
import { type Pose, type Scene, sampleScene } from './generated/scene.ts'
import { exponentialCounts } from './long-tail.ts'
import { concatenate } from './open-split.ts'

export interface GeneratedOptions {
  /** Which images; the classes do not depend on it. */
  seed?: number
  /** Pixels per side. */
  size?: number
  knownClasses?: number
  openClasses?: number
  openValidationClasses?: number
  /** Training images of the first and of the last known class. */
  maxPerClass?: number
  minPerClass?: number
  validationPerClass?: number
  testPerClass?: number
  openPerClass?: number
  openValidationPerClass?: number
}

/** What is known about one generated image, because it was decided before it was drawn. */
export interface ImageAttributes extends Concepts {
  /** The image's own class, also where its label is -1. */
  readonly className: string
  readonly background: Background
  readonly pose: Pose
  /** Brightness factor of the whole picture. */
  readonly gain: number
  /** Distractors behind the object. */
  readonly clutter: number
  /** Share of the body hidden by the occluder, 0..1. */
  readonly occluded: number
  /** Standard deviation of the noise, as a share of full brightness. */
  readonly noise: number
}

export interface GeneratedSet extends Dataset {
  readonly attributes: readonly ImageAttributes[]
}

export interface GeneratedSplits {
  readonly train: GeneratedSet
  readonly validation: GeneratedSet
  readonly test: GeneratedSet
  /** Images of the open classes; every label is -1. */
  readonly open: GeneratedSet
  /** Images of unknown classes that are not in `open`, to fit thresholds on; every label is -1. */
  readonly openValidation: GeneratedSet
  readonly classes: ClassList
}

export const GENERATED_DEFAULTS: Readonly<Required<GeneratedOptions>> = {
  seed: 0,
  size: 32,
  knownClasses: 60,
  openClasses: 15,
  openValidationClasses: 10,
  maxPerClass: 300,
  minPerClass: 4,
  validationPerClass: 10,
  testPerClass: 30,
  openPerClass: 30,
  openValidationPerClass: 20,
}

/** The first part of an image's key: a split never shows an image of another. */
const SPLIT_KEYS = {
  train: 1,
  validation: 2,
  test: 3,
  open: 4,
  openValidation: 5,
  pool: 6,
  openPool: 7,
} as const

/**
 * Draws the whole set; pixels are (N, 3, size, size) bytes, images class by class. The image with the same seed,
 * split, class and index is the same whatever the other counts are. Throws ConfigError for values out of range.
 */
export function generateDataset(options: GeneratedOptions = {}): GeneratedSplits {
  const o = complete(options)
  const classes = listClasses(o.knownClasses, o.openClasses, o.openValidationClasses)
  const classNames = classes.known.map(nameOf)
  const profile = exponentialCounts(o.knownClasses, o.maxPerClass, o.maxPerClass / o.minPerClass)
  const set = (
    split: keyof typeof SPLIT_KEYS,
    members: readonly Concepts[],
    counts: ArrayLike<number>,
  ): GeneratedSet => drawSet(split, members, counts, classNames, known(split) ? 0 : null, o)
  return {
    train: set('train', classes.known, profile),
    validation: set('validation', classes.known, even(classes.known, o.validationPerClass)),
    test: set('test', classes.known, even(classes.known, o.testPerClass)),
    open: set('open', classes.open, even(classes.open, o.openPerClass)),
    openValidation: set(
      'openValidation',
      classes.openValidation,
      even(classes.openValidation, o.openValidationPerClass),
    ),
    classes,
  }
}

export interface GeneratedExploration {
  /** Further images of known and of open classes, to be explored; labels 0..K-1 and K..K+Z-1. */
  readonly pool: GeneratedSet
  /** The images of `open` of the same options, with the labels K..K+Z-1. */
  readonly openTest: GeneratedSet
}

/**
 * Draws what a recogniser of the same options has never seen: `perKnown` and `perOpen` images of each class. No image is
 * one of `generateDataset`, but for the open test images. Throws ConfigError for values out of range.
 */
export function generateExploration(
  options: GeneratedOptions,
  { perKnown, perOpen }: { perKnown: number; perOpen: number },
): GeneratedExploration {
  const o = complete(options)
  const { known, open } = listClasses(o.knownClasses, o.openClasses, o.openValidationClasses)
  const classNames = [...known, ...open].map(nameOf)
  const first = known.length
  const ofKnown = drawSet('pool', known, even(known, perKnown), classNames, 0, o)
  const ofOpen = drawSet('openPool', open, even(open, perOpen), classNames, first, o)
  return {
    pool: {
      ...concatenate(ofKnown, ofOpen, 'generated/pool'),
      attributes: [...ofKnown.attributes, ...ofOpen.attributes],
    },
    openTest: drawSet('open', open, even(open, o.openPerClass), classNames, first, o),
  }
}

const even = (members: readonly Concepts[], each: number) => members.map(() => each)
const known = (split: keyof typeof SPLIT_KEYS) =>
  split === 'train' || split === 'validation' || split === 'test'

/** `firstLabel`: of the first of `members`; null for images without a known class. */
function drawSet(
  split: keyof typeof SPLIT_KEYS,
  members: readonly Concepts[],
  counts: ArrayLike<number>,
  classNames: readonly string[],
  firstLabel: number | null,
  { seed, size }: Required<GeneratedOptions>,
): GeneratedSet {
  let total = 0
  for (let c = 0; c < members.length; c++) total += counts[c]
  const data = new Uint8Array(total * 3 * size * size)
  const labels = new Int32Array(total)
  const attributes: ImageAttributes[] = []
  for (let c = 0; c < members.length; c++) {
    for (let i = 0; i < counts[c]; i++) {
      const at = attributes.length
      const random = new KeyedRandom(seed, SPLIT_KEYS[split], c, i)
      const scene = sampleScene(members[c], random)
      const occluded = drawScene(scene, size, random, data, at * 3 * size * size)
      labels[at] = firstLabel === null ? UNKNOWN : firstLabel + c
      attributes.push(describe(scene, occluded))
    }
  }
  const images = { kind: 'pixels', data, height: size, width: size } as const
  return { name: `generated/${split}`, classNames, labels, images, attributes }
}

function describe(scene: Scene, occluded: number): ImageAttributes {
  return {
    ...scene.concepts,
    className: nameOf(scene.concepts),
    background: scene.background.kind,
    pose: scene.pose,
    gain: scene.light.gain,
    clutter: scene.clutter.length,
    occluded,
    noise: scene.noise,
  }
}

/** With its defaults. Throws ConfigError for values out of range. */
function complete(options: GeneratedOptions): Required<GeneratedOptions> {
  const o = { ...GENERATED_DEFAULTS, ...definedOnly(options) }
  check(o)
  return o
}

/** Leaves out options that are present but undefined, so that they take their default. */
function definedOnly(options: GeneratedOptions): GeneratedOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function check(o: Required<GeneratedOptions>): void {
  const integer = (name: keyof GeneratedOptions, low: number, high: number) => {
    const value = o[name]
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new ConfigError(`generated.${name}`, value, `an integer from ${low} to ${high} is needed`)
    }
  }
  integer('seed', 0, Number.MAX_SAFE_INTEGER)
  integer('size', 16, 512)
  integer('knownClasses', 2, MOST_CLASSES)
  integer('openClasses', 0, MOST_CLASSES - o.knownClasses)
  integer('openValidationClasses', 0, MOST_CLASSES - o.knownClasses - o.openClasses)
  integer('maxPerClass', 1, 100_000)
  integer('minPerClass', 1, o.maxPerClass)
  for (const name of [
    'validationPerClass',
    'testPerClass',
    'openPerClass',
    'openValidationPerClass',
  ] as const) {
    integer(name, 0, 100_000)
  }
}
