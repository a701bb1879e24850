// docs/paper-map.md is the way from an equation to its file. A map that lies is worse than none: files, symbols and
// departures are checked against the sources.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { code, read } from './repository.ts'

const map = read('docs/paper-map.md')

/** The cells of every table row of a section, without head and rule. */
function rows(section: string): string[][] {
  const start = map.indexOf(`## ${section}\n`)
  assert.ok(start >= 0, `docs/paper-map.md has no section "${section}"`)
  const end = map.indexOf('\n## ', start)
  const lines = map.slice(start, end < 0 ? undefined : end).split('\n')
  return lines
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** What a cell has between backticks. */
function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1])
}

const equations = rows('Equations')
const others = rows('Networks, training, figures')
const deviations = rows('Deviations and ambiguities')

test('every file of the map exists', () => {
  const named = quoted(map).filter((text) => /^(packages|tests|docs)\/\S+\.\w+$/.test(text))
  assert.ok(named.length > 40, `only ${named.length} files are named`)
  assert.deepEqual(
    named.filter((file) => !code.includes(file)),
    [],
  )
})

test('every symbol of the map is in the file that its row names', () => {
  const lost = [...equations, ...others].flatMap(([, what, file, symbols]) => {
    const [path] = quoted(file)
    if (path === undefined) return []
    const source = read(path)
    return quoted(symbols)
      .filter((symbol) => !new RegExp(`\\b${symbol}\\b`).test(source))
      .map((symbol) => `${symbol} (${what}) in ${path}`)
  })
  assert.deepEqual(lost, [])
})

test('every equation from 1 to 13 has a row', () => {
  const named = equations.map(([paper]) => paper).join(', ')
  const numbers = new Set([...named.matchAll(/\d+/g)].map(([number]) => Number(number)))
  for (let equation = 1; equation <= 13; equation++) assert.ok(numbers.has(equation), `Eq. ${equation}`)
})

test('every departure that the code marks has its row, and as many rows name a file as it has marks', () => {
  const rowsOf = (file: string): number => deviations.filter((row) => quoted(row[5]).includes(file)).length
  const marked = code.filter((file) => /^packages\/oltr\/src\/.*\.ts$/.test(file))
  const missing = marked.filter((file) => (read(file).match(/\bDeviation: /g) ?? []).length > rowsOf(file))
  assert.deepEqual(missing, [])
})

test('the register of ambiguities is complete: rows 1 to 20, each with a choice', () => {
  const numbers = deviations.map(([number]) => Number(number))
  for (let row = 1; row <= 20; row++) assert.ok(numbers.includes(row), `row ${row}`)
  for (const row of deviations) assert.equal(row.length, 6, `row ${row[0]} has ${row.length} cells`)
  for (const row of deviations) assert.notEqual(row[3], '', `row ${row[0]} has no choice`)
})

test('every option that the register names is a key of the configuration', () => {
  const config = [
    'model-config',
    'run-config',
    'exploration/loop-config',
    'exploration/update-model',
    'exploration/refine-classifier',
  ]
    .map((name) => read(`packages/oltr/src/${name}.ts`))
    .join('\n')
  const options = deviations.flatMap((row) =>
    quoted(row[3])
      .map((text) => /^([a-z]\w*(?:\.\w+)*)$/.exec(text)?.[1])
      .filter((text) => text !== undefined)
      .flatMap((text) => text.split('.')),
  )
  const values = new Set(['openFMeasure', 'random', 'product', 'literal', 'euclidean', 'unit', 'energy'])
  const lost = options.filter((option) => !values.has(option) && !new RegExp(`\\b${option}\\b`).test(config))
  assert.deepEqual(lost, [])
})
