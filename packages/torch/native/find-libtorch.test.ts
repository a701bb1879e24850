// The order of discovery, on trees that look like the three kinds of installation.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { findLibtorch, LibtorchError } from './find-libtorch.ts'

const root = mkdtempSync(join(tmpdir(), 'find-libtorch-'))
after(() => rmSync(root, { recursive: true }))

function plant(name: string, version: string, layout: 'archive' | 'debian', extra: string[] = []): string {
  const prefix = join(root, name)
  const lib = layout === 'debian' ? 'lib/x86_64-linux-gnu' : 'lib'
  const cmake = join(layout === 'debian' ? lib : 'share', 'cmake/Torch')
  const files: Record<string, string> = {
    [`${cmake}/TorchConfig.cmake`]: '',
    [`${cmake}/TorchConfigVersion.cmake`]: `set(PACKAGE_VERSION "${version}")\n`,
    [`${lib}/libtorch_cpu.so`]: '',
    ...Object.fromEntries(extra.map((file) => [`${lib}/${file}`, ''])),
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(prefix, file)), { recursive: true })
    writeFileSync(join(prefix, file), text)
  }
  return prefix
}

const archive = plant('archive', '2.6.0', 'archive', ['libtorch_cuda.so'])
const wheel = plant('wheel', '2.3.1', 'archive')
const debian = plant('debian', '1.13.1', 'debian')
const old = plant('old', '1.8.1', 'archive')

test('LIBTORCH wins over Python, Python over the system', () => {
  const everything = { pythonTorch: () => wheel, systemPrefixes: [debian] }
  assert.equal(findLibtorch({ ...everything, libtorch: archive }).found?.source, 'LIBTORCH')
  assert.equal(findLibtorch({ ...everything, libtorch: '' }).found?.source, 'python')
  const { found } = findLibtorch({ libtorch: '', pythonTorch: () => null, systemPrefixes: [debian] })
  assert.deepEqual(found, {
    source: 'system',
    prefix: debian,
    version: '1.13.1',
    library: join(debian, 'lib/x86_64-linux-gnu/libtorch_cpu.so'),
    cuda: false,
    cxx11Abi: true,
  })
})

test('CUDA is reported where its library stands beside the CPU library', () => {
  assert.equal(findLibtorch({ libtorch: archive }).found?.cuda, true)
  assert.equal(findLibtorch({ libtorch: wheel }).found?.cuda, false)
})

test('a LIBTORCH without libtorch, or with an old one, is an error that says what to do', () => {
  for (const wrong of [join(root, 'nowhere'), old])
    assert.throws(
      () => findLibtorch({ libtorch: wrong, systemPrefixes: [debian] }),
      (error: unknown) =>
        error instanceof LibtorchError && error.message.includes(wrong) && /1\.13/.test(error.message),
    )
})

test('a Python PyTorch that is too old, or has no C++ files, is passed over with its reason', () => {
  const bare = join(root, 'bare')
  mkdirSync(bare)
  for (const [torch, reason] of [
    [old, /older than 1\.13/],
    [bare, /no TorchConfig/],
  ] as const) {
    const { found, passedOver } = findLibtorch({
      libtorch: '',
      pythonTorch: () => torch,
      systemPrefixes: [debian],
    })
    assert.equal(found?.source, 'system')
    assert.match(passedOver.join(), reason)
  }
})

test('a machine without libtorch finds nothing, and that is no error', () => {
  assert.deepEqual(
    findLibtorch({ libtorch: '', pythonTorch: () => null, systemPrefixes: [join(root, 'nowhere')] }),
    {
      found: null,
      passedOver: [],
    },
  )
})
