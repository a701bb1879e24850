// What a class may be called, and when two names are the same one. A fixed table, so that two people who type one name in two
// ways, at once or years apart, always get one class:
//
//   what comes                                   kept name      key, by which names are told apart
//   ------------------------------------------   ------------   ----------------------------------
//   composed or decomposed accents               NFC            NFKC (full-width, ligatures, ² fold)
//   edge and repeated spaces, tabs, new lines    one space      one space
//   zero-width and other invisible characters    removed        removed
//   joiners inside emoji, Arabic, Indic words    kept           removed
//   letters by case (ß, ẞ, SS; ı, I)             kept           small
//   Cyrillic and Greek look-alikes of Latin      kept           Latin (look-alikes.ts)
//   dashes, apostrophes by shape                 kept           - and '
//   accents, plurals, digits, word separators    kept           kept: near names, never silently one
//   __proto__, constructor                       kept           kept: names are keys of Maps only
//   control characters, direction overrides      rejected
//   broken (half a surrogate, U+FFFD), private   rejected
//     and unassigned characters
//   nothing, or over 128 characters              rejected
//   unknown, (known), (not-an-object)            rejected: to the model and to consensus they are no class

import { foldLookAlikes } from './look-alikes.ts'

/** A name as it is kept and its key, or the sentence that says what to change. */
export type FoldedName = { readonly name: string; readonly key: string } | { readonly problem: string }

export const MOST_CHARACTERS = 128

// A letter with its marks cannot come from more UTF-16 units than this; longer input is not even folded.
const MOST_UNITS = 8 * MOST_CHARACTERS
const RESERVED = new Set(['unknown', '(known)', '(not-an-object)'])

const directionOverride = /[\u202a-\u202e\u2066-\u2069]/u
const broken = /[\p{Cs}\p{Co}\p{Cn}\ufffd]/u
// The blank Braille cell is no space to Unicode, but to the eye.
const spaces = /[\s\u2800]+/gu
const control = /\p{Cc}/u

const joined =
  '\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}'
const picture = '\\p{Extended_Pictographic}\\p{Emoji_Modifier}'
const keptJoiner = `(?<=[${joined}${picture}]|\\p{Emoji}\\ufe0f)[\\u200c\\u200d](?=[${joined}${picture}])|(?<=\\p{Emoji})\\ufe0f`
const invisible = new RegExp(`(${keptJoiner})|\\p{Default_Ignorable_Code_Point}`, 'gu')

/** Folds by the table above. Folding a kept name again changes nothing. */
export function foldName(text: string): FoldedName {
  if (text.length > MOST_UNITS) return { problem: tooLong(`over ${MOST_UNITS}`) }
  const spaced = text.normalize('NFC').replace(spaces, ' ')
  const problem = unfitCharacter(spaced)
  if (problem !== null) return { problem }
  const name = spaced.replace(invisible, '$1').replace(/ +/g, ' ').trim().normalize('NFC')
  if (name === '') return { problem: 'A class needs a name; type at least one visible character.' }
  const characters = [...name].length
  if (characters > MOST_CHARACTERS) return { problem: tooLong(String(characters)) }
  const key = keyOf(name)
  if (RESERVED.has(key)) {
    return {
      problem: `"${name}" stands for no class at all; type what the image shows, or answer that you are unsure.`,
    }
  }
  return { name, key }
}

function keyOf(name: string): string {
  // Most names are plain, and there may be 75,000 to fold when a studio opens.
  if (/^[\x20-\x7e]+$/.test(name)) return name.toLowerCase()
  // Small, capital and small again: ß, ẞ and SS meet only by way of the capital.
  const small = name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase()
  return foldLookAlikes(small)
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\p{Pd}/gu, '-')
    .replace(/[‘’ʼ′＇]/gu, "'")
    .replace(spaces, ' ')
    .trim()
    .normalize('NFC')
}

function unfitCharacter(text: string): string | null {
  const found = control.exec(text) ?? directionOverride.exec(text) ?? broken.exec(text)
  if (!found) return null
  const code = found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
  const what = control.test(found[0])
    ? 'an invisible control character'
    : directionOverride.test(found[0])
      ? 'a character that turns the direction of text'
      : 'a character that shows differently, or not at all, on other machines'
  return `The name holds ${what} (U+${code}); type it again without.`
}

function tooLong(length: string): string {
  return `The name has ${length} characters, and ${MOST_CHARACTERS} are the most; shorten it.`
}
