// A list of names that mean one class, as people write it: one group a line, names separated by commas, tabs or `=`. Blank
// lines and lines that begin with # are passed over.

import { readFileSync } from 'node:fs'
import { DataError } from '../../errors.ts'
import { caseAndSpacing } from './spelling.ts'

/** Groups of names, as many as the file has. Throws DataError with the line of a group that cannot be used. */
export function readSynonyms(file: string): string[][] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const why = (cause as Error).message
    throw new DataError(file, `expected a file of synonyms, it cannot be read (${why}); check the path`, {
      cause,
    })
  }
  const groups: string[][] = []
  const lineOf = new Map<string, number>()
  text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .forEach((line, i) => {
      if (line.trim() === '' || line.trimStart().startsWith('#')) return
      const names = line.split(/[,\t=]/).map((name) => name.trim())
      if (names.includes('') || names.length < 2) {
        throw new DataError(
          file,
          `line ${i + 1}: expected two or more names separated by commas, tabs or =, got "${line.trim()}"; complete or remove it`,
        )
      }
      for (const name of names) {
        const earlier = lineOf.get(caseAndSpacing(name))
        if (earlier !== undefined && earlier !== i + 1) {
          throw new DataError(
            file,
            `line ${i + 1}: expected "${name}" in one group, it is in line ${earlier} too; join the two lines`,
          )
        }
        lineOf.set(caseAndSpacing(name), i + 1)
      }
      groups.push([...new Set(names)])
    })
  return groups
}
