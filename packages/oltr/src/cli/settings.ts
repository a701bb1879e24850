// A run's configuration from the command line: a recipe, a file over it, `--set` over both.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ConfigError, DataError } from '../errors.ts'
import { recipe } from '../recipes/recipes.ts'
import { parseRunConfig, type RunConfig } from '../run-config.ts'

export interface Settings {
  readonly recipe: string
  /** A YAML or JSON file with some of the recipe's keys. */
  readonly config?: string
  /** `path=value` each; the value is YAML. */
  readonly set?: readonly string[]
  /** Shorthand for `data.path`. */
  readonly data?: string
  readonly seed?: number
}

type Tree = { [key: string]: unknown }

/** The complete configuration. Throws ConfigError for an unknown key or a wrong value, DataError for a bad file. */
export function resolveConfig(settings: Settings): RunConfig {
  // With its defaults, so that one key of a group that the recipe leaves out can be replaced.
  const tree = parseRunConfig(recipe(settings.recipe)) as unknown as Tree
  const shorthands: [string, unknown][] = []
  if (settings.data !== undefined) shorthands.push(['data.path', settings.data])
  if (settings.seed !== undefined) shorthands.push(['seed', settings.seed])
  return parseRunConfig(overridden(tree, settings, shorthands))
}

/**
 * A configuration with a file over it, then `shorthands`, then `--set`. Throws ConfigError for a malformed `--set`,
 * DataError for a file that cannot be read; the result is still to be checked.
 */
export function overridden(
  complete: object,
  { config, set }: Pick<Settings, 'config' | 'set'>,
  shorthands: readonly (readonly [path: string, value: unknown])[] = [],
): unknown {
  const tree = complete as Tree
  if (config) merge(tree, readOverrides(config))
  for (const [path, value] of shorthands) assign(tree, path, value)
  for (const item of set ?? []) {
    const at = item.indexOf('=')
    if (at < 1) throw new ConfigError('--set', item, 'path=value, for instance stage2.epochs=20')
    assign(tree, item.slice(0, at), readValue(item, item.slice(at + 1)))
  }
  return tree
}

function readValue(item: string, text: string): unknown {
  try {
    return parse(text, { logLevel: 'error' })
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n')
    throw new ConfigError('--set', item, `the value must be YAML, quote it where needed (${reason})`)
  }
}

function readOverrides(path: string): Tree {
  let value: unknown
  try {
    value = parse(readFileSync(path, 'utf8'), { logLevel: 'error' })
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n')
    throw new DataError(path, `cannot be read as YAML or JSON: ${reason}`, { cause })
  }
  if (!isTree(value)) throw new DataError(path, 'expected a mapping of configuration keys')
  return value
}

/** Mappings are merged key by key; everything else replaces what was there. */
function merge(target: Tree, source: Tree): void {
  for (const [key, value] of Object.entries(source)) {
    const present = Object.hasOwn(target, key) ? target[key] : undefined
    // A mapping with another `kind` is another thing, not a change to this one.
    if (isTree(present) && isTree(value) && (value.kind === undefined || value.kind === present.kind)) {
      merge(present, value)
    } else {
      define(target, key, value)
    }
  }
}

function assign(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.')
  const leaf = keys.pop()!
  let at = tree
  for (const key of keys) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined
    if (next !== undefined && !isTree(next))
      throw new ConfigError(path, value, `${key} is a value, not a group`)
    if (!next) define(at, key, {})
    at = at[key] as Tree
  }
  // Another kind is another thing: what belonged to the one before goes.
  if (leaf === 'kind' && Object.hasOwn(at, leaf) && at[leaf] !== value) {
    for (const key of Object.keys(at)) delete at[key]
  }
  define(at, leaf, value)
}

/** Plain assignment would run the setter of `__proto__`. */
function define(tree: Tree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, writable: true, enumerable: true, configurable: true })
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
