// The routes are what their document says.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { paths, type RouteName } from '../api/paths.ts'
import { schemas } from '../api/schemas.ts'
import { everyRoute } from './every-route.fixture.ts'
import { ask, openProject } from './project.fixture.ts'

test('the document lists every route, with who may call it, what it takes and what it answers', async (t) => {
  const { session } = await openProject(t)
  const { body: document } = await (await session('annotator')).ask('GET', '/api/openapi.json')
  assert.match(document.openapi, /^3\.1/)
  const listed = new Map<string, Record<string, unknown>>()
  for (const [path, methods] of Object.entries(document.paths as Record<string, Record<string, object>>))
    for (const [method, operation] of Object.entries(methods))
      listed.set(`${method.toUpperCase()} ${path}`, operation as Record<string, unknown>)
  for (const [name, { method, path, role, summary }] of Object.entries(paths)) {
    const key = `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`
    const operation = listed.get(key)
    assert.ok(operation, `${key} is not in the document`)
    assert.equal(operation.operationId, name)
    assert.equal(operation['x-role'], role)
    assert.equal(operation.summary, summary)
    assert.equal('requestBody' in operation, 'body' in schemas[name as RouteName], name)
    listed.delete(key)
  }
  assert.deepEqual([...listed.keys()], [], 'and nothing else')
})

test('every route, asked as it wants to be, answers by its schema, and refuses what it does not know', async (t) => {
  const project = await openProject(t)
  const owner = await project.session('owner')
  const requests = await everyRoute(project, owner)
  assert.deepEqual([...requests.keys()].sort(), Object.keys(paths).sort())
  for (const [name, { method, url, body, headers }] of requests) {
    const odd = `${url}${url.includes('?') ? '&' : '?'}sort=token`
    assert.equal((await owner.ask(method, odd, body, headers)).status, 400, `${name} with a query field`)
    const more = Buffer.isBuffer(body) ? null : { ...(body as object), hash: 'x' }
    // Any word is the name of a key.
    if (method !== 'GET' && more && name !== 'setHotkeys')
      assert.equal((await owner.ask(method, url, more)).status, 400, `${name} with a key`)
    if (name === 'live') continue
    const reply = await owner.ask(method, url, body, headers)
    assert.equal(reply.status, 200, `${name}: ${reply.text}`)
    const schema: z.ZodType | undefined = schemas[name].response
    if (schema) schema.parse(reply.body)
  }
})

test('what is no route is not there, by whatever method', async (t) => {
  const { app, session } = await openProject(t)
  const { cookie } = await session('owner')
  for (const { path } of Object.values(paths)) {
    const allowed = Object.values(paths).filter((each) => each.path === path)
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      if (!allowed.some((each) => each.method === method)) {
        const { status } = await ask(app, method, path.replaceAll(/:\w+/g, 'x'), undefined, { cookie })
        assert.ok(status === 404 || status === 400, `${method} ${path}: ${status}`)
      }
  }
})
