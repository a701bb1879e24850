// Every verdict of the doctor, on machines that are only described.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from './doctor.ts'
import {
  type Bridge,
  checkBlas,
  checkBridge,
  checkCuda,
  checkDisk,
  checkImages,
  checkMemory,
  checkNode,
  checkPrecision,
  checkThreads,
  type Finding,
} from './doctor-checks.ts'

const bridge: Bridge = {
  version: '2.6.0',
  path: '/opt/libtorch/lib/libtorch_cpu.so',
  cuda: false,
  threads: 4,
  mkldnn: true,
  cpuCapability: 'AVX2',
  loaded: [],
}

function expect(finding: Finding, state: Finding['state'], text: RegExp): void {
  assert.equal(finding.state, state)
  assert.match(`${finding.detail} ${finding.remedy ?? ''}`, text)
  assert.equal(
    finding.remedy === undefined,
    state === 'ok',
    'a remedy belongs to every finding that is not ok',
  )
}

test('Node before 24 fails, 24 and newer pass', () => {
  expect(checkNode('v20.20.2'), 'fail', /npm run setup/)
  expect(checkNode('v24.21.0'), 'ok', /24/)
  expect(checkNode('v26.0.0'), 'ok', /26/)
})

test('a bridge that does not load fails with its reason and what a build would use', () => {
  expect(checkBridge(bridge, null), 'ok', /2\.6\.0, \/opt\/libtorch/)
  expect(
    checkBridge({ reason: 'cannot open libc10.so' }, null),
    'fail',
    /cannot open libc10\.so.*installs libtorch/,
  )
  expect(
    checkBridge({ reason: 'SIGILL' }, 'libtorch 1.13.0 in /usr'),
    'fail',
    /builds the bridge to libtorch 1\.13\.0/,
  )
})

test('the reference BLAS is warned of, a tuned one is named', () => {
  const lib = '/usr/lib/x86_64-linux-gnu'
  expect(checkBlas([`${lib}/blas/libblas.so.3.11.0`]), 'warn', /libopenblas0-pthread/)
  expect(
    checkBlas([`${lib}/openblas-pthread/libblas.so.3`, `${lib}/libtorch_cpu.so`]),
    'ok',
    /openblas-pthread/,
  )
  expect(checkBlas(['/opt/libtorch/lib/libtorch_cpu.so']), 'ok', /inside libtorch/)
})

test('a variable that holds back the threads is a warning that names it', () => {
  expect(checkThreads(8, { OPENBLAS_NUM_THREADS: '1' }), 'warn', /unset OPENBLAS_NUM_THREADS/)
  expect(checkThreads(8, { OMP_NUM_THREADS: '8', MKL_NUM_THREADS: '' }), 'ok', /^8, all/)
})

test('bfloat16 is announced as a choice where the processor has it, with a warning without oneDNN', () => {
  expect(checkPrecision(['avx512_bf16'], true), 'ok', /faster of float32 and bfloat16 \(avx512_bf16\)/)
  expect(checkPrecision(['amx_bf16'], false), 'warn', /no oneDNN/)
  expect(checkPrecision([], true), 'ok', /^float32: /)
})

test('a GPU that libtorch does not use is a warning, none is not', () => {
  expect(checkCuda(false, true), 'warn', /CUDA/i)
  expect(checkCuda(false, false), 'ok', /none/)
  expect(checkCuda(true, true), 'ok', /available/)
})

test('a bridge without JPEG or PNG fails and names the missing one', () => {
  expect(checkImages(['/usr/lib/libjpeg.so.62', '/usr/lib/libpng16.so.16']), 'ok', /libjpeg/)
  expect(checkImages(['/usr/lib/libjpeg.so.62']), 'fail', /without libpng/)
  expect(checkImages(['/usr/lib/libc.so.6']), 'fail', /libjpeg and libpng/)
})

test('little disk or memory warns, next to none fails', () => {
  expect(checkDisk('/data', 50e9), 'ok', /50\.0 GB/)
  expect(checkDisk('/data', 1e9), 'warn', /free some space/)
  expect(checkDisk('/data', 1e8), 'fail', /checkpoint/)
  expect(checkMemory(8e9, 16e9), 'ok', /8\.0 GB available of 16\.0 GB/)
  expect(checkMemory(1e9, 16e9), 'warn', /batch size/)
  expect(checkMemory(1e8, 16e9), 'fail', /killed/)
})

test('the report aligns names and puts each remedy under its finding', () => {
  const findings = [checkNode('v20.0.0'), checkDisk('/data', 50e9)]
  assert.deepEqual(report(findings, false), [
    'fail  node  v20.0.0 cannot run TypeScript as it is',
    '            -> npm run setup  (fetches Node.js 24 into .node/)',
    'ok    disk  50.0 GB free in /data',
  ])
  assert.ok(report(findings, true)[0]!.startsWith('\u001b[31mfail'))
})
