// A class name as the name of a folder on any system. Names that no system minds stay; any other, and one that looks like an
// outcome of this rule, gets a piece of its hash, so that two names never share a folder.

import { createHash } from 'node:crypto'

/** Windows keeps these for devices, with any extension. */
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
// Separators, wildcards, control characters, and characters that are not seen.
const unfit = /[<>:"/\\|?*\p{C}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/gu
const hashed = /~[0-9a-f]{12}$/i
/** Systems allow 255 bytes. */
const MOST_BYTES = 200

export function folderName(className: string): string {
  const safe = className.replace(unfit, '_').replace(/^[.\-~\s]+|[.\s]+$/g, '_')
  const short = shorten(device.test(safe) ? `_${safe}` : safe)
  if (short === className && short !== '' && !hashed.test(short)) return short
  return `${short}~${createHash('sha256').update(className).digest('hex').slice(0, 12)}`
}

/** Whole characters of at most so many bytes. */
function shorten(text: string): string {
  let kept = ''
  let bytes = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > MOST_BYTES) break
    kept += character
  }
  return kept
}
