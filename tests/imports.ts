// The imports of a TypeScript file, found in its text: `from '…'`, `import '…'` and `import('…')`, comments left out.

import { posix } from 'node:path'

export interface Import {
  readonly from: string
  /** The module as written. */
  readonly module: string
  /** For a relative import, the file it names, from the repository's root. */
  readonly file: string | null
  /** `import type` and `export type` are gone when the program runs. */
  readonly typeOnly: boolean
}

const statement =
  /^\s*(?:import|export)\s+(type\s+[\w{*])?(?:[^'";()]*?[\s}*]from\s*)?(['"])([^'"\n]+)\2|\bimport\s*\(\s*(['"])([^'"\n]+)\4/gm

/** Comments can mention imports; strings that hold `//`, such as addresses, must survive. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

export function importsOf(file: string, text: string): Import[] {
  return [...withoutComments(text).matchAll(statement)].map((match) => {
    const module = (match[3] ?? match[5])!
    return {
      from: file,
      module,
      file: module.startsWith('.') ? posix.join(posix.dirname(file), module) : null,
      typeOnly: match[1] !== undefined,
    }
  })
}
