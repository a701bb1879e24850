// The routes are what their document says.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { z } from 'zod'
import { paths, type RouteName } from '../api/paths.ts'
import { schemas } from '../api/schemas.ts'
import { everyRoute } from './every-route.fixture.ts'
import { tinyStudio } from './tiny-studio.fixture.ts'

test('the document lists every route, with who may call it, what it takes and what it answers', async (t) => {
  const { app, people } = await tinyStudio(t)
  const reply = await app.inject({
    url: '/api/openapi.json',
    headers: { cookie: people.annotator.cookie },
  })
  const document = reply.json()
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

test('every route, asked as it wants to be, answers by its schema', async (t) => {
  const tiny = await tinyStudio(t)
  const asked = await everyRoute(tiny)
  assert.deepEqual(Object.keys(asked).sort(), Object.keys(paths).sort())
  for (const [name, asking] of Object.entries(asked) as [RouteName, never][]) {
    const reply = await tiny.ask(tiny.people.owner, name, await asking)
    assert.equal(reply.statusCode, 200, `${name}: ${reply.body}`)
    const schema: z.ZodType | undefined = schemas[name].response
    if (schema) schema.parse(reply.json())
  }
})

test('what is no route is not there, by whatever method', async (t) => {
  const { app, people } = await tinyStudio(t)
  for (const { path } of Object.values(paths)) {
    const allowed = new Set(
      Object.values(paths)
        .filter((each) => each.path === path)
        .map(({ method }) => method as string),
    )
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      if (allowed.has(method)) continue
      const url = path.replaceAll(/:\w+/g, randomUUID())
      const reply = await app.inject({ method, url, headers: { cookie: people.owner.cookie } })
      // Another route may have the same shape: `/api/classes/near` is also `/api/classes/:class`.
      assert.ok([400, 404].includes(reply.statusCode), `${method} ${path}: ${reply.statusCode}`)
    }
  }
})
