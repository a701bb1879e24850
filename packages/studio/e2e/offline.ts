// The server is killed while somebody works. The page is loaded again without it, a second tab is opened, both go on; when the
// server is back, every answer arrives exactly once.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { atFirstImage, imageBefore, nextOf } from './person.fixture.ts'
import { startStudio } from './studio.fixture.ts'

const AWAY_MS = process.env.STUDIO_FULL === '1' ? 60_000 : 3000

export async function offline(t: TestContext, run: string): Promise<void> {
  const { studio: before, page } = await atFirstImage(t, run)
  await page.evaluate('navigator.serviceWorker.ready.then(() => null)')
  await answerOne(page)
  await saved(page)
  const port = Number(new URL(before.address).port)

  const killed = performance.now()
  await before.stop('SIGKILL')
  const given = [await answerOne(page), await answerOne(page), await answerByDoubleClick(page)]
  await keptHere(page, 3)

  // Nothing but the browser has the page now, and what was said.
  await page.reload()
  await keptHere(page, 3)
  given.push(await answerOne(page), await answerOne(page))
  const second = await page.context().newPage()
  await second.goto(before.address)
  await keptHere(second, 5)
  given.push(await answerOne(second))
  await keptHere(page, 6)
  given.push(await answerOne(page))
  await keptHere(second, 7)
  assert.equal(new Set(given).size, 7, 'no image twice, in two tabs either')
  await page.waitForTimeout(Math.max(0, AWAY_MS - (performance.now() - killed)))
  await page.reload()
  await keptHere(page, 7)
  const away = performance.now() - killed

  // Another start of the same studio: both tabs notice by themselves.
  await startStudio(t, run, port)
  await Promise.all([saved(page), saved(second)])
  const mine = await answers(page)
  assert.deepEqual(
    mine
      .slice(0, 7)
      .map(({ image }) => image)
      .toReversed(),
    given,
    'all of them, in their order',
  )
  assert.equal(mine.length, 8, 'and each once')

  // Undo reaches across the reload, and redo back.
  await page.reload()
  await imageBefore(page)
  await page.keyboard.press('Control+z')
  await untilUndone(page, 1)
  await page.keyboard.press('Control+z')
  await untilUndone(page, 2)
  await page.keyboard.press('Control+Shift+z')
  await untilUndone(page, 1)
  t.diagnostic(
    `7 answers of two tabs, two reloads, while the server was away for ${Math.round(away / 1000)} s: each kept once`,
  )
}

/** The image that was answered. It was seen: it is not answered before its pixels are there. */
async function answerOne(page: Page): Promise<string> {
  const image = await seen(page)
  await page.keyboard.press('KeyU')
  await nextOf(page, image)
  return image
}

async function answerByDoubleClick(page: Page): Promise<string> {
  const image = await seen(page)
  await page.getByTestId('answer-unsure').dblclick()
  await nextOf(page, image)
  return image
}

async function seen(page: Page): Promise<string> {
  const image = await imageBefore(page)
  assert.ok(image, 'there is an image')
  for (let attempt = 0; attempt < 100; attempt++) {
    const width = await page
      .getByTestId('task-image')
      .evaluate((one: { naturalWidth?: number }) => one.naturalWidth ?? 0)
    if (width > 0) return image
    await page.waitForTimeout(50)
  }
  throw new Error(`the image ${image} is not shown`)
}

/** The page shows that it is offline, and how many answers wait here. */
async function keptHere(page: Page, count: number): Promise<void> {
  await page
    .locator('[data-testid=save-state][data-state=offline]')
    .filter({ hasText: `${count} kept here` })
    .waitFor()
}

async function saved(page: Page): Promise<void> {
  await page.locator('[data-testid=save-state][data-state=saved]').waitFor()
}

async function untilUndone(page: Page, count: number): Promise<void> {
  let undone = -1
  for (let attempt = 0; attempt < 100 && undone !== count; attempt++) {
    undone = (await answers(page)).filter((answer) => answer.undone).length
    await page.waitForTimeout(100)
  }
  assert.equal(undone, count, 'answers taken back')
}

async function answers(page: Page): Promise<{ image: string; undone: boolean }[]> {
  return page.evaluate(
    async () =>
      (await fetch('/api/answers/mine?limit=500')).json() as Promise<{ image: string; undone: boolean }[]>,
  )
}
