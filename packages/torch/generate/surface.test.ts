import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMethod, orderOfTrial, reasonToLeaveOut, type Schema, signatureOf } from './surface.ts'

type Argument = Schema['arguments'][number]

const argument = (name: string, type: string, more: Partial<Argument> = {}): Argument => ({
  ...{ name, type, hasDefault: false, keywordOnly: false, writes: false },
  ...more,
})
const self = argument('self', 'Tensor')
const schema = (name: string, args: Argument[], returns = ['Tensor']): Schema => ({
  name,
  index: 0,
  arguments: args,
  returns: returns.map((type) => argument('', type)),
  writesFirst: false,
})

test('what has no default is positional, the rest goes into the options', () => {
  const sum = schema('aten::sum.dim_IntList', [
    self,
    argument('dim', 'int[]?'),
    argument('keepdim', 'bool', { hasDefault: true }),
    argument('dtype', 'ScalarType?', { hasDefault: true, keywordOnly: true }),
  ])
  const rest =
    'dim: number | readonly number[] | null, options?: { keepdim?: boolean; dtype?: DType | null }): Tensor'
  assert.equal(signatureOf(sum, false), `(self: Tensor, ${rest}`)
  assert.equal(signatureOf(sum, true), `(${rest}`)
})

test('a keyword-only argument without a default makes the options necessary', () => {
  const norm = schema('aten::norm.ScalarOpt_dim_dtype', [
    self,
    argument('p', 'Scalar?'),
    argument('keepdim', 'bool', { hasDefault: true }),
    argument('dtype', 'ScalarType', { keywordOnly: true }),
  ])
  assert.equal(
    signatureOf(norm, true),
    '(p: Scalar | null, options: { keepdim?: boolean; dtype: DType }): Tensor',
  )
})

test('every spelling of a type in a schema, of libtorch 1 and 2, has its form in TypeScript', () => {
  for (const [type, form] of [
    ['Tensor', 'Tensor'],
    ['Tensor?', 'Tensor | null'],
    ['Tensor[]', 'readonly Tensor[]'],
    ['Tensor?[]', 'readonly (Tensor | null)[]'],
    ['Scalar', 'Scalar'],
    ['number', 'Scalar'],
    ['number[]', 'readonly Scalar[]'],
    ['int', 'number'],
    ['int[2]', 'number | readonly number[]'],
    ['int[1]?', 'number | readonly number[] | null'],
    ['SymInt', 'number'],
    ['SymInt?', 'number | null'],
    ['SymInt[]', 'number | readonly number[]'],
    ['float[]?', 'number | readonly number[] | null'],
    ['bool[3]', 'readonly boolean[]'],
    ['str?', 'string | null'],
    ['Device?', 'string | null'],
    ['ScalarType', 'DType'],
    ['MemoryFormat?', 'MemoryFormat | null'],
    ['Layout?', 'string | null'],
    ['Generator?', 'Generator | null'],
  ]) {
    assert.equal(signatureOf(schema('aten::f', [argument('x', type!)]), false), `(x: ${form}): Tensor`)
  }
})

test('losses take the name of their reduction', () => {
  const loss = schema('aten::loss', [self, argument('reduction', 'int', { hasDefault: true })])
  assert.equal(signatureOf(loss, true), '(options?: { reduction?: Reduction }): Tensor')
})

test('results are nothing, one, or a tuple', () => {
  assert.equal(signatureOf(schema('aten::f', [self], []), true), '(): void')
  assert.equal(signatureOf(schema('aten::f', [self], ['bool']), true), '(): boolean')
  assert.equal(
    signatureOf(schema('aten::f', [self], ['Tensor', 'Tensor[]']), true),
    '(): [Tensor, readonly Tensor[]]',
  )
})

test('words that TypeScript keeps for itself are not parameter names', () => {
  const odd = schema('aten::f', [argument('function', 'str'), argument('in_out', 'int')])
  assert.equal(signatureOf(odd, false), '(function_: string, inOut: number): Tensor')
})

test('an operator is a method when its first argument is the tensor itself', () => {
  assert.equal(isMethod(schema('aten::relu', [self])), true)
  assert.equal(isMethod(schema('aten::conv2d', [argument('input', 'Tensor')])), false)
  assert.equal(isMethod(schema('aten::pow.Scalar', [argument('self', 'Scalar')])), false)
  assert.equal(isMethod(schema('aten::zeros', [])), false)
  assert.equal(isMethod(schema('aten::item', [self])), false, 'the class has its own')
})

test('a number is tried as a number first, otherwise the name decides', () => {
  const list = schema('aten::f.a', [self, argument('indices', 'SymInt[]?')])
  const one = schema('aten::f.b', [self, argument('sections', 'SymInt')])
  const two = schema('aten::f.c', [self, argument('other', 'Tensor')])
  assert.deepEqual([two, list, one].sort(orderOfTrial), [one, two, list])
})

test('what is left out has a reason', () => {
  const reasons: [Schema, RegExp | null][] = [
    [schema('aten::relu', [self]), null],
    [schema('quantized::add', [self]), /not an aten operator/],
    [schema('aten::_softmax', [self]), /underscore/],
    [schema('aten::elu_backward', [self]), /derivative/],
    [schema('aten::add.out', [self, argument('out', 'Tensor', { writes: true, keywordOnly: true })]), /out=/],
    [schema('aten::sum.DimnameList', [self]), /named dimensions/],
    [schema('aten::record', [argument('stream', 'Stream')]), /Stream/],
    [schema('aten::quantizer', [self], ['QScheme']), /QScheme/],
  ]
  for (const [one, reason] of reasons) {
    const found = reasonToLeaveOut(one)
    if (reason === null) assert.equal(found, null)
    else assert.match(found!, reason)
  }
})
