// The server in one file is used where it is what the sources would be, and never else.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { builtServer, hashOfFiles } from '../../bin/built-server.js'
import { buildServer } from '../../build-server.ts'
import { PACKAGE } from '../package-folder.ts'

test('a built server of other files than those here is not used', (t) => {
  const root = fs.mkdtempSync(join(tmpdir(), 'oltr-built-'))
  t.after(() => fs.rmSync(root, { recursive: true }))
  const files = ['one.ts', 'two.ts']
  const write = (file: string, text: string) => fs.writeFileSync(join(root, file), text)
  for (const file of files) write(file, file)
  assert.equal(builtServer(root, root), null, 'never built')
  write('inputs.json', JSON.stringify({ files, sha256: hashOfFiles(root, files) }))
  assert.match(builtServer(root, root) ?? '', /^file:.*\/main\.js$/)
  write('two.ts', 'changed')
  assert.equal(builtServer(root, root), null, 'changed')
  write('two.ts', 'two.ts')
  assert.ok(builtServer(root, root))
  fs.rmSync(join(root, 'one.ts'))
  assert.equal(builtServer(root, root), null, 'gone')
  write('inputs.json', '{')
  assert.equal(builtServer(root, root), null, 'torn')
})

test('what it was built from are the sources that run here, and no more than one file runs', async () => {
  await buildServer()
  assert.equal(await buildServer(), false)
  const folder = join(PACKAGE, 'build', 'server')
  assert.deepEqual(fs.readdirSync(folder).sort(), ['inputs.json', 'main.js'])
  const { files } = JSON.parse(fs.readFileSync(join(folder, 'inputs.json'), 'utf8')) as { files: string[] }
  for (const file of [
    'packages/studio/src/main.ts',
    'packages/studio/src/api/schemas.ts',
    'packages/studio/build-web.ts',
    'packages/studio/build-server.ts',
    'packages/oltr/src/exploration/index.ts',
    'packages/torch/src/files/index.ts',
    'package-lock.json',
  ])
    assert.ok(files.includes(file), file)
  assert.deepEqual(
    files.filter((file) => file.includes('node_modules') || file.startsWith('..')),
    [],
  )
})
