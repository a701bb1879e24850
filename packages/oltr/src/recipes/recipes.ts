// The recipes by name.

import { ConfigError } from '../errors.ts'
import type { RunConfigInput } from '../run-config.ts'
import { cifar10LongTailed, cifar100LongTailed, cifar100Open } from './cifar-lt.ts'
import { imagenetLongTailed } from './imagenet-lt.ts'
import { inaturalist18 } from './inaturalist-18.ts'
import { myFolder } from './my-folder.ts'
import { placesLongTailed } from './places-lt.ts'
import { quickstart } from './quickstart.ts'

export const recipes: Readonly<Record<string, () => RunConfigInput>> = {
  quickstart,
  'cifar10-lt': cifar10LongTailed,
  'cifar100-lt': cifar100LongTailed,
  'cifar100-open': cifar100Open,
  'imagenet-lt': imagenetLongTailed,
  'places-lt': placesLongTailed,
  'inaturalist-18': inaturalist18,
  'my-folder': myFolder,
}

/** The complete configuration of a recipe, before overrides. Throws ConfigError for an unknown name. */
export function recipe(name: string): RunConfigInput {
  if (!Object.hasOwn(recipes, name)) {
    throw new ConfigError('recipe', name, `one of ${Object.keys(recipes).join(', ')}`)
  }
  return recipes[name]()
}
