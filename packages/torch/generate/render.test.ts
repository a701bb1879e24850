import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadedVersion, renderLoadedLibrary } from './loaded-library.ts'
import { render, versionOf } from './render.ts'
import type { Schema } from './surface.ts'

const argument = (name: string, type: string, more: Partial<Schema['arguments'][number]> = {}) => ({
  ...{ name, type, hasDefault: false, keywordOnly: false, writes: false },
  ...more,
})

function schema(name: string, args: Schema['arguments']): Schema {
  return { name, index: 0, arguments: args, returns: [argument('', 'Tensor')], writesFirst: false }
}

const self = argument('self', 'Tensor')
const library = new Map(
  [
    schema('aten::part.indices', [self, argument('indices', 'int[]')]),
    schema('aten::part.sections', [self, argument('sections', 'int')]),
    schema('aten::make', [argument('size', 'SymInt[]')]),
    schema('aten::_inner', [self]),
  ].map((one) => [one.name, one]),
)
const names = [...library.keys(), 'aten::bare']
const schemaOf = (name: string) => library.get(name) ?? null

test('the text does not depend on the order in which the library lists its operators', () => {
  const expected = render('9.9.9', names, schemaOf)
  assert.deepEqual(render('9.9.9', [...names].reverse(), schemaOf), expected)
  assert.equal(expected.kept, 3)
  assert.equal(expected.left, 2)
})

test('overloads that take a number are tried before those that take a list, functions and methods apart', () => {
  const { operators } = render('9.9.9', names, schemaOf)
  assert.match(operators, /\["part",true,"aten::part\.sections","aten::part\.indices"\],\n/)
  assert.match(operators, /\["make",false,"aten::make"\],\n/)
  const [functions, methods] = operators.split('export interface TensorMethods')
  assert.match(functions!, /^ {2}make\(size: number \| readonly number\[\]\): Tensor$/m)
  assert.match(methods!, /^ {2}part\(sections: number\): Tensor$/m)
  assert.doesNotMatch(methods!, /make\(/)
})

test('what is left out is listed with its reason', () => {
  const { leftOut } = render('9.9.9', names, schemaOf)
  assert.match(leftOut, /Of 5 operators of libtorch 9\.9\.9, 3 have one\./)
  assert.match(leftOut, /^- `aten::_inner`: internal to the library/m)
  assert.match(leftOut, /^- `aten::bare`: registered without a schema$/m)
})

test('the generated files are what the library that they name would give', (t) => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
  const operators = read('../src/ops.generated.ts')
  const version = versionOf(operators)
  assert.ok(version, 'the first line names the version')
  if (version !== loadedVersion) {
    t.skip(`the files are of libtorch ${version}, this is ${loadedVersion}`)
    return
  }
  const rendered = renderLoadedLibrary()
  assert.ok(rendered.operators === operators, 'src/ops.generated.ts is old: run  npm run generate')
  assert.ok(
    rendered.leftOut === read('./left-out.generated.md'),
    'left-out.generated.md is old: run  npm run generate',
  )
})
