import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockFolder } from './folder-lock.ts'

const LOCK = new URL('./folder-lock.ts', import.meta.url).href

test('a folder is one process’s until it ends, and it is named to the others', async (t) => {
  const parent = fs.mkdtempSync(join(tmpdir(), 'oltr-lock-'))
  t.after(() => fs.rmSync(parent, { recursive: true, force: true }))
  const folder = join(parent, 'run')
  const holding = `import { lockFolder } from '${LOCK}'; lockFolder(${JSON.stringify(folder)}); console.log('has it'); setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', holding], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  for (let time = 0; time < 2; time++)
    assert.throws(() => lockFolder(folder), {
      name: 'DataError',
      message: new RegExp(`process ${child.pid} is working on it`),
    })
  child.kill('SIGKILL')
  await once(child, 'close')
  const lock = lockFolder(folder)
  assert.throws(() => lockFolder(folder), new RegExp(`process ${process.pid} `))
  lock.release()
  lockFolder(folder).release()
})

test('a folder that cannot be locked is an error that names the file and the remedy', (t) => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'oltr-lock-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, '.lock')
  const refused = {
    name: 'DataError',
    message: /\.lock: the folder cannot be locked \(.+\); it must allow this user/,
  }
  fs.mkdirSync(file)
  assert.throws(() => lockFolder(folder), refused)
  fs.rmdirSync(file)
  fs.writeFileSync(file, 'no database, whatever its name says '.repeat(40))
  assert.throws(() => lockFolder(folder), refused)
  fs.rmSync(file)
  fs.writeFileSync(join(folder, 'plain'), '')
  assert.throws(() => lockFolder(join(folder, 'plain')), refused)
  lockFolder(folder).release()
})

test('of many processes that want a folder at once one gets it', async (t) => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'oltr-lock-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const wanting = `import { lockFolder } from '${LOCK}'
    try { lockFolder(${JSON.stringify(folder)}); console.log('has it') } catch (error) { console.log(error.name) }
    setInterval(() => {}, 1e6)`
  const said = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', wanting], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      t.after(() => child.kill('SIGKILL'))
      return String((await once(child.stdout, 'data'))[0]).trim()
    }),
  )
  assert.deepEqual(said.sort(), ['DataError', 'DataError', 'DataError', 'has it'])
})
