// Names of files as text. On Linux a name is bytes; those of old archives and cameras are not always UTF-8. Node.js shows such
// bytes as U+FFFD, alike for all of them and for a file that is really called so. Here they are shown as \xff: such a file is
// not opened by its text, but it is listed, told from others, and its reader can say what is wrong.

import { isUtf8 } from 'node:buffer'

/** The name as text; of one that is not UTF-8, each byte beyond ASCII as `\xff`. */
export function textOfName(name: Uint8Array): string {
  const bytes = Buffer.from(name.buffer, name.byteOffset, name.byteLength)
  if (isUtf8(bytes)) return bytes.toString('utf8')
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`)
}

/** Why a file that is not there may have been seen in its folder: a sentence with the remedy, or null. */
export function nameFault(path: string): string | null {
  const shown = /\\x[89a-f][0-9a-f]/.exec(path)?.[0]
  return shown === undefined ? null : `its name is not UTF-8 (a byte of it is shown as ${shown}): rename it`
}
