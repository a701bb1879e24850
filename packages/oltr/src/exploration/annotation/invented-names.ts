// The names a simulated crowd has for one new class: its own and invented ones, which no comparison of spellings can join;
// and the ways in which people spell one name.

import { sha256 } from '@oltr/torch/files'
import { KeyedRandom } from '../../datasets/generated/random.ts'

/** Two integers (52 bits each) that stand for a text, to key random numbers with. */
export function textKey(text: string): [number, number] {
  const digest = sha256(new TextEncoder().encode(text))
  return [Number.parseInt(digest.slice(0, 13), 16), Number.parseInt(digest.slice(13, 26), 16)]
}

/** `count` names for a class: its own, then invented ones. They depend on the class's name alone. */
export function namesOf(className: string, count: number): string[] {
  const names = [className]
  for (let i = 1; i < count; i++) names.push(inventedName(className, i))
  return names
}

// Ten letters of ever new consonants and vowels: names of different classes are many edits apart.
function inventedName(className: string, index: number): string {
  const random = new KeyedRandom(...textKey(className), index)
  let name = ''
  for (let syllable = 0; syllable < 5; syllable++)
    name += random.pick([...'bdfgklmnprtvz']) + random.pick([...'aeiou'])
  return name
}

/** The name as somebody else would write it: in other case, as a plural, with other separators, or with a slip. */
export function spellingVariant(name: string, random: KeyedRandom): string {
  switch (random.integer(4)) {
    case 0:
      return random.chance(0.5) ? name.toUpperCase() : name.charAt(0).toUpperCase() + name.slice(1)
    case 1:
      return plural(name)
    case 2: {
      const separator = random.pick([' ', '-', '_'])
      // A name of one word has no separator to change; people leave a blank behind it.
      return /[ _-]/.test(name) ? name.replace(/[ _-]+/g, separator) : `${name} `
    }
    default:
      return slip(name, random)
  }
}

function plural(name: string): string {
  if (/(s|x|ch|sh)$/i.test(name)) return `${name}es`
  return /[^aeiou]y$/i.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`
}

/** One typing error: two letters swapped, one left out, or one struck twice. */
function slip(name: string, random: KeyedRandom): string {
  if (name.length < 3) return name
  const at = 1 + random.integer(name.length - 2)
  switch (random.integer(3)) {
    case 0:
      return name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2)
    case 1:
      return name.slice(0, at) + name.slice(at + 1)
    default:
      return name.slice(0, at) + name[at] + name.slice(at)
  }
}
