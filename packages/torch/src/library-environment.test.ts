// The kernels that OpenBLAS is told to take, and that the loaded library really takes them.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { libraryInfo } from './index.ts'
import { libraryEnvironment } from './library-environment.ts'
import { describeProcessor } from './processor.ts'

const processor = (vendor: string, flags: string) =>
  describeProcessor(
    `processor\t: 0\nvendor_id\t: ${vendor}\nmodel\t\t: 207\nflags\t\t: fpu ${flags} sse2\nbugs\t\t: none\n`,
  )
const avx512 = 'avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl'
const unknown = describeProcessor('')

test('a processor gets the kernels of its instructions, whatever its model', () => {
  const kernels = (of: typeof unknown) => libraryEnvironment({}, of).OPENBLAS_CORETYPE
  assert.equal(kernels(processor('GenuineIntel', avx512)), 'SKYLAKEX')
  assert.equal(kernels(processor('GenuineIntel', avx512.replace('avx512bw ', ''))), 'HASWELL')
  assert.equal(kernels(processor('GenuineIntel', 'avx2 fma')), 'HASWELL')
  assert.equal(kernels(processor('GenuineIntel', 'avx')), undefined)
  assert.equal(kernels(processor('AuthenticAMD', avx512)), 'SKYLAKEX')
  assert.equal(kernels(processor('AuthenticAMD', 'avx2 fma')), 'ZEN')
  assert.equal(kernels(unknown), undefined)
})

test('what the user has set stays', () => {
  const intel = processor('GenuineIntel', avx512)
  const set = { OPENBLAS_CORETYPE: 'Haswell', GOMP_SPINCOUNT: '5', OPENBLAS_THREAD_TIMEOUT: '26' }
  assert.deepEqual(libraryEnvironment(set, intel), {})
  assert.deepEqual(libraryEnvironment({ ...set, GOMP_SPINCOUNT: undefined }, intel), {
    GOMP_SPINCOUNT: '1000',
  })
  assert.deepEqual(
    libraryEnvironment({ ...set, GOMP_SPINCOUNT: undefined, OMP_WAIT_POLICY: 'active' }, intel),
    {},
  )
  assert.deepEqual(libraryEnvironment({}, unknown), { GOMP_SPINCOUNT: '1000', OPENBLAS_THREAD_TIMEOUT: '16' })
})

test('the kernels are named wherever OpenBLAS is loaded', () => {
  const maps = '/proc/self/maps'
  const loaded = existsSync(maps) && /\/libopenblas[^/\n]*$/m.test(readFileSync(maps, 'utf8'))
  assert.equal(libraryInfo().blasKernels !== null, loaded)
})

const chosen = libraryEnvironment({}, describeProcessor()).OPENBLAS_CORETYPE
const why =
  libraryInfo().blasKernels === null
    ? 'this libtorch does not multiply with OpenBLAS'
    : chosen === undefined
      ? 'OpenBLAS chooses for itself on this processor'
      : false

test('a new process gets them before OpenBLAS is loaded, or those that its user wants', { skip: why }, () => {
  const kernels = (wanted?: string): string => {
    const index = JSON.stringify(new URL('./index.ts', import.meta.url).href)
    const program = `import(${index}).then((torch) => console.log(torch.libraryInfo().blasKernels))`
    const { OPENBLAS_CORETYPE: _, ...env } = process.env
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', program], {
      encoding: 'utf8',
      env: wanted === undefined ? env : { ...env, OPENBLAS_CORETYPE: wanted },
    })
    assert.notEqual(stdout, '', stderr)
    return stdout.trim().toUpperCase()
  }
  assert.equal(kernels(), chosen)
  assert.equal(kernels('PRESCOTT'), 'PRESCOTT')
})
