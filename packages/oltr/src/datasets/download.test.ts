import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from './data-files.fixture.ts'
import { ARCHIVES, BY_HAND, downloadArchive } from './download.ts'

const content = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251))
const md5 = createHash('md5').update(content).digest('hex')

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/set.tar.gz`
}

test('a download gets its name when its checksum agrees, and is not fetched again', async (t) => {
  let requests = 0
  const url = await serve(t, (_request, response) => {
    requests++
    response.writeHead(200, { 'content-length': content.length }).end(content)
  })
  const folder = join(temporaryFolder(t), 'new')
  const archive = { url, md5, file: 'set.tar.gz' }
  const progress: number[] = []
  const first = await downloadArchive(archive, folder, {
    onProgress: (_bytes, total) => progress.push(total),
  })
  assert.deepEqual(first, { path: join(folder, 'set.tar.gz'), bytes: 5000, downloaded: true })
  assert.ok(readFileSync(first.path).equals(content))
  assert.ok(progress.length > 0 && progress.every((total) => total === 5000))
  assert.equal((await downloadArchive(archive, folder)).downloaded, false)
  assert.equal(requests, 1)
})

test('an interrupted download goes on where it stopped', async (t) => {
  const ranges: (string | undefined)[] = []
  let breakConnection = () => {}
  const url = await serve(t, (request, response) => {
    const { range } = request.headers
    ranges.push(range)
    if (!range) {
      // The whole is announced, 2000 bytes come, and when they have come the connection breaks.
      response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 2000))
      breakConnection = () => response.destroy()
      return
    }
    const start = Number(/bytes=(\d+)-/.exec(range)?.[1])
    const headers = { 'content-range': `bytes ${start}-4999/5000`, 'content-length': 5000 - start }
    response.writeHead(206, headers).end(content.subarray(start))
  })
  const folder = temporaryFolder(t)
  const archive = { url, md5, file: 'set.tar.gz' }
  const onProgress = (bytes: number) => {
    if (bytes === 2000) breakConnection()
  }
  await assert.rejects(
    downloadArchive(archive, folder, { onProgress }),
    /run the command again to go on where it stopped/,
  )
  assert.equal(statSync(join(folder, 'set.tar.gz.part')).size, 2000)
  const { path } = await downloadArchive(archive, folder)
  assert.ok(readFileSync(path).equals(content))
  assert.deepEqual(ranges, [undefined, 'bytes=2000-'])
})

test('a server that knows no ranges sends the whole again', async (t) => {
  const url = await serve(t, (_request, response) => response.end(content))
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'set.tar.gz.part'), 'left over')
  const { path } = await downloadArchive({ url, md5, file: 'set.tar.gz' }, folder)
  assert.ok(readFileSync(path).equals(content))
})

test('other bytes than the published ones are removed and named', async (t) => {
  const url = await serve(t, (_request, response) => response.end('something else'))
  const folder = temporaryFolder(t)
  const archive = { url, md5, file: 'set.tar.gz' }
  await assert.rejects(downloadArchive(archive, folder), new RegExp(`expected MD5 ${md5}, got`))
  assert.equal(existsSync(join(folder, 'set.tar.gz')), false)
  assert.equal(existsSync(join(folder, 'set.tar.gz.part')), false)
  writeFileSync(join(folder, 'set.tar.gz'), 'wrong')
  await assert.rejects(downloadArchive(archive, folder), /remove the file and download it again/)
})

test('without a connection the error has the address, the place and the checksum', async (t) => {
  const folder = temporaryFolder(t)
  const archive = { url: 'http://127.0.0.1:9/set.tar.gz', md5, file: 'set.tar.gz' }
  await assert.rejects(downloadArchive(archive, folder), (error: Error) => {
    for (const part of [archive.url, join(folder, 'set.tar.gz'), md5])
      assert.ok(error.message.includes(part), part)
    return true
  })
})

test('a server that stops sending is given up', async (t) => {
  const url = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 5000 }).write(content.subarray(0, 100))
  })
  const archive = { url, md5, file: 'set.tar.gz' }
  await assert.rejects(downloadArchive(archive, temporaryFolder(t), { idleTimeout: 200 }), /nothing came/)
})

test('every set has a checksum or steps', () => {
  for (const { url, md5: sum } of Object.values(ARCHIVES)) {
    assert.match(url, /^https:\/\/www\.cs\.toronto\.edu\/~kriz\//)
    assert.match(sum, /^[0-9a-f]{32}$/)
  }
  for (const steps of Object.values(BY_HAND))
    assert.match(steps.join(' '), /https?:\/\/.*Expected: .*format /)
})
