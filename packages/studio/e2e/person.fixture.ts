// Somebody who names images with the keyboard alone.

import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { comeIn, openBrowser } from './browser.fixture.ts'
import { type RunningStudio, startStudio } from './studio.fixture.ts'

/** A round is explored in seconds on a slow machine, in minutes on a busy one. */
export const PATIENCE = 300_000

/** The owner of a new studio, before the first of some sample images. */
export async function atFirstImage(
  t: TestContext,
  run: string,
): Promise<{ studio: RunningStudio; page: Page }> {
  const studio = await startStudio(t, run)
  const page = await comeIn(await openBrowser(t), studio.link)
  page.setDefaultTimeout(PATIENCE)
  await page.getByTestId('start-samples').click()
  await imageBefore(page)
  return { studio, page }
}

/** The image that waits for an answer; null where all are done. */
export async function imageBefore(page: Page): Promise<string | null> {
  const image = page.getByTestId('task-image')
  const empty = page.getByText(/^(All done, thank you|Nothing is left for you)$/)
  await image.or(empty).first().waitFor()
  const task = (await image.count()) > 0 ? await image.first().getAttribute('data-task') : null
  return task === null ? null : task.slice(task.indexOf('-') + 1)
}

/** Names the image before them: by its number, by searching, or as a new class. Resolves when the next one is there. */
export async function nameIt(page: Page, className: string): Promise<void> {
  const before = await imageBefore(page)
  const choices = await page.locator('[data-testid^=guess-]').allTextContents()
  const at = choices.findIndex((text) => text.includes(className))
  if (at >= 0 && at < 9) await page.keyboard.press(`Digit${at + 1}`)
  else {
    const answer = page.waitForResponse(
      (reply) => new URL(reply.url()).searchParams.get('search') === className,
    )
    await page.keyboard.press('KeyF')
    await page.keyboard.type(className)
    // Only when the server's answer is shown is it certain that there is none; on a busy machine that takes a while.
    await (await answer).finished()
    await page.waitForTimeout(200)
    await page.getByTestId('search-new').waitFor()
    const names = await page.getByTestId('search-result').locator('.search-name').allTextContents()
    const found = names.indexOf(className)
    for (let down = found >= 0 ? found : names.length; down > 0; down--)
      await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    if (found < 0) {
      await page.getByTestId('new-class-name').waitFor()
      await page.waitForTimeout(250)
      await page.keyboard.press('Enter')
    }
  }
  await nextOf(page, before)
}

/** Waits until another image is before them than `before`, or none. */
export async function nextOf(page: Page, before: string | null): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await imageBefore(page)) !== before) return
    await page.waitForTimeout(25)
  }
  throw new Error(`the image ${before} stays`)
}
