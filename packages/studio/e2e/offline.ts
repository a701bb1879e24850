// The server is killed while somebody works, two tabs are open, the page is loaded again: every answer arrives exactly once.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { atFirstImage, imageBefore, nextOf } from './person.fixture.ts'
import { startStudio } from './studio.fixture.ts'

const WHILE_DOWN = 6

export async function offline(t: TestContext, run: string): Promise<void> {
  const { studio: before, page } = await atFirstImage(t, run)
  await answerOne(page)
  await saved(page)
  const port = Number(new URL(before.address).port)

  await before.stop('SIGKILL')
  for (let i = 0; i < WHILE_DOWN; i++) await answerOne(page)
  await page.locator('[data-testid=save-state][data-state=offline]').waitFor()
  assert.match(
    (await page.getByTestId('save-state').textContent()) ?? '',
    new RegExp(`${WHILE_DOWN} kept here`),
  )

  // Another start of the same studio; a second tab, and a reload of the first, both find what was kept.
  await startStudio(t, run, port)
  const second = await page.context().newPage()
  await Promise.all([second.goto(before.address), page.reload()])
  await saved(page)
  await saved(second)
  const mine = await answers(page)
  assert.equal(mine.length, 1 + WHILE_DOWN)
  assert.equal(new Set(mine.map(({ task }) => task)).size, 1 + WHILE_DOWN, 'each image once')

  // Undo reaches across the reload, and redo back.
  await imageBefore(page)
  await page.keyboard.press('Control+z')
  await untilUndone(page, 1)
  await page.keyboard.press('Control+z')
  await untilUndone(page, 2)
  await page.keyboard.press('Control+Shift+z')
  await untilUndone(page, 1)
  t.diagnostic(`${WHILE_DOWN} answers given while the server was down, each kept once`)
}

async function answerOne(page: Page): Promise<void> {
  const image = await imageBefore(page)
  await page.keyboard.press('KeyU')
  await nextOf(page, image)
}

async function saved(page: Page): Promise<void> {
  await page.locator('[data-testid=save-state][data-state=saved]').waitFor()
  // What was kept before the page was loaded is read first.
  await page.waitForTimeout(700)
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

async function answers(page: Page): Promise<{ task: string; undone: boolean }[]> {
  return page.evaluate(
    async () =>
      (await fetch('/api/answers/mine?limit=500')).json() as Promise<{ task: string; undone: boolean }[]>,
  )
}
