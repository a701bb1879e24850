// The kernels that OpenBLAS is told to take, and that the loaded library really takes them.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { libraryInfo } from './index.ts'
import { libraryEnvironment } from './library-environment.ts'

const cpuInfo = (vendor: string, flags: string): string =>
  `processor\t: 0\nvendor_id\t: ${vendor}\nmodel\t\t: 207\nflags\t\t: fpu ${flags} sse2\nbugs\t\t: none\n`
const avx512 = 'avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl'

test('a processor gets the kernels of its instructions, whatever its model', () => {
  const kernels = (text: string) => libraryEnvironment({}, text).OPENBLAS_CORETYPE
  assert.equal(kernels(cpuInfo('GenuineIntel', avx512)), 'SKYLAKEX')
  assert.equal(kernels(cpuInfo('GenuineIntel', avx512.replace('avx512bw ', ''))), 'HASWELL')
  assert.equal(kernels(cpuInfo('GenuineIntel', 'avx2 fma')), 'HASWELL')
  assert.equal(kernels(cpuInfo('GenuineIntel', 'avx')), undefined)
  assert.equal(kernels(cpuInfo('AuthenticAMD', avx512)), 'SKYLAKEX')
  assert.equal(kernels(cpuInfo('AuthenticAMD', 'avx2 fma')), 'ZEN')
  assert.equal(kernels(''), undefined)
})

test('what the user has set stays', () => {
  const intel = cpuInfo('GenuineIntel', avx512)
  const set = { OPENBLAS_CORETYPE: 'Haswell', GOMP_SPINCOUNT: '5', OPENBLAS_THREAD_TIMEOUT: '26' }
  assert.deepEqual(libraryEnvironment(set, intel), {})
  assert.deepEqual(libraryEnvironment({ ...set, GOMP_SPINCOUNT: undefined }, intel), {
    GOMP_SPINCOUNT: '1000',
  })
  assert.deepEqual(
    libraryEnvironment({ ...set, GOMP_SPINCOUNT: undefined, OMP_WAIT_POLICY: 'active' }, intel),
    {},
  )
  assert.deepEqual(libraryEnvironment({}, ''), { GOMP_SPINCOUNT: '1000', OPENBLAS_THREAD_TIMEOUT: '16' })
})

test('the loaded OpenBLAS has them', (t) => {
  if (libraryInfo().blasKernels === null) return t.skip('this libtorch does not use OpenBLAS')
  if (process.arch !== 'x64') return t.skip('other processors have other kernels')
  const kernels = (wanted: string) => {
    const index = JSON.stringify(new URL('./index.ts', import.meta.url).href)
    const program = `import(${index}).then((torch) => console.log(torch.libraryInfo().blasKernels))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', program], {
      encoding: 'utf8',
      env: { ...process.env, OPENBLAS_CORETYPE: wanted },
    })
    assert.notEqual(stdout, '', stderr)
    return stdout.trim().toLowerCase()
  }
  assert.equal(kernels('Prescott'), 'prescott')
  const mine = process.env.OPENBLAS_CORETYPE
  if (mine !== undefined) assert.equal(kernels(mine), mine.toLowerCase())
})
