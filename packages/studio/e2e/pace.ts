// How long a person waits: from a key to the next image painted, while twenty work; and how large a map may be.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { ask } from './browser.fixture.ts'
import { atFirstImage, imageBefore, nextOf } from './person.fixture.ts'

const FULL = process.env.STUDIO_FULL === '1'
const OTHERS = 19
const KEYS = FULL ? 56 : 30
/** What the product promises, in milliseconds, and how far a busy test machine may be from it. */
const [NEXT_IMAGE, SCROLL, ZOOM] = FULL ? [100, 32, 25] : [400, 200, 200]

export async function pace(t: TestContext, run: string): Promise<void> {
  const { studio, page } = await atFirstImage(t, run)
  await ask(page, 'PATCH', '/api/project', { overlap: OTHERS + 1 })
  const cookies: string[] = []
  for (let at = 0; at < OTHERS; at++) {
    const { body } = await ask(page, 'POST', '/api/people', { name: `person ${at}`, role: 'annotator' })
    cookies.push(await enter(studio.address, (body as { token: string }).token))
  }
  const over = new AbortController()
  t.after(() => over.abort())
  const work = cookies.map((cookie, at) => worker(studio.address, cookie, at, over.signal))
  await page.evaluate(WATCH)
  const waits: number[] = []
  for (let i = 0; i < KEYS; i++) {
    const image = await imageBefore(page)
    await page.evaluate('window.lastWait = null')
    await page.keyboard.press('KeyU')
    await nextOf(page, image)
    waits.push(await lastWait(page))
    await page.waitForTimeout(150)
  }
  over.abort()
  const byPerson = await Promise.all(work)
  const given = byPerson.reduce((sum, answers) => sum + answers, 0)
  const [p50, p95] = [quantile(waits, 0.5), quantile(waits, 0.95)]
  t.diagnostic(
    `key to next image painted: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms over ${KEYS} keys; ${OTHERS} others gave ${given} answers meanwhile`,
  )
  assert.ok(Math.min(...byPerson) >= 3, 'every one of the others is at work')
  assert.ok(p95 < NEXT_IMAGE, `p95 ${p95}`)
}

/** From the key to the frame in which the next image, decoded, is painted. */
const WATCH = `{
  addEventListener('keydown', () => {
    const start = performance.now()
    const before = document.querySelector('[data-testid=task-image]')?.dataset.task
    const look = () => {
      const image = document.querySelector('[data-testid=task-image]')
      if (image && image.dataset.task !== before && image.complete && image.naturalWidth > 0)
        requestAnimationFrame(() => { window.lastWait = performance.now() - start })
      else requestAnimationFrame(look)
    }
    look()
  }, true)
}`

/** Asked again and again from here: the page's content policy lets nothing be evaluated inside it. */
async function lastWait(page: Page): Promise<number> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const wait = await page.evaluate<number | null>('window.lastWait')
    if (wait !== null) return wait
    await page.waitForTimeout(25)
  }
  throw new Error('the next image is not painted')
}

/** A session for somebody else at the same machine. */
async function enter(address: string, token: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ token })
  const reply = await fetch(`${address}/api/session`, { method: 'POST', headers, body })
  assert.equal(reply.status, 200, 'all of them are let in')
  return reply.headers.getSetCookie()[0]!.split(';')[0]!
}

/** Somebody else at work: claims, looks at the image, answers, as fast as people can. Resolves with their answers. */
async function worker(address: string, cookie: string, at: number, over: AbortSignal): Promise<number> {
  const headers = { 'content-type': 'application/json', cookie }
  const send = async (path: string, body: unknown): Promise<globalThis.Response> =>
    fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  let given = 0
  while (!over.aborted) {
    const { tasks } = (await (await send('/api/tasks/claim', { count: 6 })).json()) as {
      tasks: { id: string; image: string }[]
    }
    if (tasks.length === 0) break
    for (const task of tasks) {
      if (over.aborted) break
      await (await fetch(`${address}/api/images/${task.image}`, { headers })).arrayBuffer()
      await send('/api/answers', {
        answers: [{ uuid: crypto.randomUUID(), task: task.id, verdict: { kind: 'unsure' } }],
      })
      given++
      await new Promise((resolve) => setTimeout(resolve, 800 + 20 * at))
    }
  }
  return given
}

export async function largeMap(t: TestContext, run: string): Promise<void> {
  const { page } = await atFirstImage(t, run)
  const images = 100_000
  // The map of a pool that size, as the server would send it; pictures are those that there are.
  const { body } = await ask(page, 'POST', '/api/tasks/claim', { count: 60 })
  const real = (body as { tasks: { image: string }[] }).tasks
  const column = (value: (at: number) => unknown): unknown[] =>
    Array.from({ length: images }, (_, at) => value(at))
  const map = {
    images: column((at) => real[at % real.length]!.image),
    x: column((at) => (at % 317) / 317),
    y: column((at) => ((at * 7919) % 1009) / 1009),
    openness: column((at) => at % 13),
    informativeness: column((at) => (at % 7) / 7),
    classNames: column((at) => `class ${at % 40}`),
    named: column((at) => at % 50 === 0),
    asked: column((at) => at % 20 === 0),
  }
  await page.route('**/api/map*', (route) => route.fulfill({ json: { round: 1, map } }))
  await page.getByTestId('nav-explore').click()
  const canvas = page.getByTestId('map-canvas')
  await canvas.waitFor()
  await page.waitForTimeout(1000)
  const box = (await canvas.boundingBox())!
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }

  await page.mouse.move(middle.x, middle.y)
  const zoom = await frames(page, async () => {
    for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i % 2 === 0 ? -120 : 120)
  })
  await page.getByTestId('lasso-mode').click()
  await page.mouse.move(box.x + 4, box.y + 4)
  await page.mouse.down()
  for (const [x, y] of [
    [box.width - 4, 4],
    [box.width - 4, box.height - 4],
    [4, box.height - 4],
    [4, 4],
  ])
    await page.mouse.move(box.x + x!, box.y + y!, { steps: 4 })
  await page.mouse.up()
  const grid = page.getByTestId('lasso-grid')
  await grid.waitFor()
  const inGrid = (await grid.boundingBox())!
  await page.mouse.move(inGrid.x + inGrid.width / 2, inGrid.y + 40)
  const scroll = await frames(page, async () => {
    for (let i = 0; i < 60; i++) {
      await page.mouse.wheel(0, 400)
      await page.waitForTimeout(16)
    }
  })
  t.diagnostic(
    `100,000 images: map zoom p95 ${quantile(zoom, 0.95).toFixed(0)} ms a frame, grid scroll p95 ${quantile(scroll, 0.95).toFixed(0)} ms a frame`,
  )
  assert.ok(scroll.length > 20 && zoom.length > 20)
  assert.ok(quantile(zoom, 0.95) < ZOOM, `map ${quantile(zoom, 0.95)}`)
  assert.ok(quantile(scroll, 0.95) < SCROLL, `grid ${quantile(scroll, 0.95)}`)
}

/** Milliseconds between the frames that were painted meanwhile. */
async function frames(page: Page, action: () => Promise<void>): Promise<number[]> {
  await page.evaluate(`{
    window.frames_ = []; window.going = true; let last = performance.now()
    const tick = (now) => { window.frames_.push(now - last); last = now; if (window.going) requestAnimationFrame(tick) }
    requestAnimationFrame(tick)
  }`)
  await action()
  return page.evaluate<number[]>('(window.going = false, window.frames_.slice(1))')
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!
}
