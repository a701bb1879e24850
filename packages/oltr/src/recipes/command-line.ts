// The command that would make a run again, from its configuration: the recipe, and every leaf that differs from it.
// Paths are where one machine keeps its data, so they are left out.

import { parseRunConfig, type RunConfig } from '../run-config.ts'
import { recipe, recipes } from './recipes.ts'

/** For instance `oltr train --recipe cifar100-lt --set stage1.epochs=130`; a run of the library's own has no command. */
export function commandLine(config: RunConfig): string {
  if (!Object.hasOwn(recipes, config.recipe))
    return `train() with a configuration of its own, "${config.recipe}"`
  const settings = changedSettings(config, parseRunConfig(recipe(config.recipe)))
  return ['oltr train', `--recipe ${config.recipe}`, ...settings].join(' ')
}

/** `--set path=value` for every leaf of a configuration that differs from `before`, but for places of data. */
export function changedSettings(config: object, before: object): string[] {
  const known = leavesOf(before)
  return [...leavesOf(config)]
    .filter(([path, value]) => known.get(path) !== value && !isPlace(path))
    .map(([path, value]) => `--set ${shellWord(`${path}=${value}`)}`)
}

/** Every leaf as `a.b.c` -> JSON; arrays are leaves. */
function leavesOf(value: object, prefix = ''): Map<string, string> {
  const leaves = new Map<string, string>()
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    const path = prefix + key
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      for (const [inner, json] of leavesOf(item, `${path}.`)) leaves.set(inner, json)
    } else {
      leaves.set(path, typeof item === 'string' ? item : JSON.stringify(item))
    }
  }
  return leaves
}

function isPlace(path: string): boolean {
  return /^data(\.open)?\.(path|cache|list)$|^data\.lists\.|^model\.pretrained$/.test(path)
}

function shellWord(text: string): string {
  return /^[\w.,=:+-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
