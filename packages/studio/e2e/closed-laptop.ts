// A laptop is closed with images claimed and one answer unsent. Their time runs out, somebody else takes them; then it is
// opened again. And what its browser keeps when somebody leaves.

import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { buildWeb } from '../build-web.ts'
import { PACKAGE } from '../src/package-folder.ts'
import { openProject } from '../src/server/project.fixture.ts'
import { judgeRound } from '../src/store/round-consensus.ts'
import { openBrowser } from './browser.fixture.ts'
import { imageBefore, nextOf } from './person.fixture.ts'

const IMAGES = 12
const TAKEN = 5
const ASLEEP_MS = 16 * 60_000

export async function closedLaptop(t: TestContext): Promise<void> {
  let asleep = 0
  await buildWeb()
  const web = join(PACKAGE, 'build', 'web')
  const { app, studio, session } = await openProject(t, IMAGES, { web, now: () => Date.now() + asleep })
  await studio.store.changeSettings({ overlap: 1 }, 'system')
  const [ann, bea] = [await session('annotator'), await session('annotator')]
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = `http://localhost:${(app.server.address() as AddressInfo).port}`
  const browser = await openBrowser(t)
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.clock.install()
  await page.addInitScript(WATCH)
  await page.goto(`${address}/#in=${ann.token}`)
  const first = await imageBefore(page)

  // The network goes first; an answer stays in the laptop.
  await context.setOffline(true)
  await page.keyboard.press('KeyU')
  await nextOf(page, first)
  const before = await imageBefore(page)
  await page.locator('[data-testid=save-state][data-state=offline]').waitFor()

  // Meanwhile the claims run out, and Bea takes the first images, among them the two that Ann has seen.
  asleep = ASLEEP_MS
  const { body: claimed } = await bea.ask('POST', '/api/tasks/claim', { count: TAKEN })
  const taken = new Set(claimed.tasks.map(({ image }: { image: string }) => image))
  assert.ok(taken.size === TAKEN && taken.has(first) && taken.has(before))
  const answer = { uuid: crypto.randomUUID(), task: `1-${first}`, verdict: { kind: 'not-an-object' } }
  assert.equal((await bea.ask('POST', '/api/answers', { answers: [answer] })).status, 200)

  // It wakes up, with the network there. Nobody touches it.
  await context.setOffline(false)
  await page.evaluate('window.shown = []')
  await page.clock.fastForward(ASLEEP_MS)
  await nextOf(page, before)
  await page.locator('[data-testid=save-state][data-state=saved]').waitFor()
  const left = IMAGES - TAKEN
  for (let at = 0; at < left; at++) {
    const image = await imageBefore(page)
    assert.ok(image, `${at} of ${left} images`)
    await page.keyboard.press('KeyU')
    await nextOf(page, image)
  }
  assert.equal(await imageBefore(page), null, 'the others are with Bea')
  const shown = await page.evaluate<string[]>('window.shown')
  assert.equal(shown.length, left)
  for (const image of shown) assert.ok(!taken.has(image), 'nobody is shown what somebody else has')

  await page.locator('[data-testid=save-state][data-state=saved]').waitFor()
  const { tasks } = await judgeRound(studio.store, 1)
  const said = tasks.find(({ task }) => task.image === first)!.answers.map(({ person }) => person)
  assert.deepEqual(said.toSorted(), [ann.id, bea.id].sort(), 'the late answer is one more vote')
  const others = tasks.filter(({ task }) => !taken.has(task.image))
  for (const { answers } of others)
    assert.deepEqual(
      answers.map(({ person }) => person),
      [ann.id],
    )
  await leavesNothing(page, before!)
}

/** Each image that comes before the person, from inside the page. */
const WATCH = `{
  window.shown = []
  new MutationObserver(() => {
    const task = document.querySelector('[data-testid=task-image]')?.dataset.task?.split('-')[1]
    if (task && window.shown.at(-1) !== task) window.shown.push(task)
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-task'] })
}`

/** Images are kept by the browser while somebody is here, and not after. */
async function leavesNothing(page: Page, image: string): Promise<void> {
  const fromBrowser = () =>
    page.evaluate(
      (id) =>
        fetch(`/api/images/${id}?size=whole`, { cache: 'only-if-cached', mode: 'same-origin' }).then(
          ({ status }) => status,
          () => 0,
        ),
      image,
    )
  assert.equal(await fromBrowser(), 200)
  await page.locator('.me summary').click()
  await page.getByRole('button', { name: 'Leave' }).click()
  await page.getByTestId('page-sign-in').waitFor()
  assert.notEqual(await fromBrowser(), 200, 'no image can be read any more')
  const keys = await page.evaluate<string[]>('Object.keys(localStorage)')
  assert.deepEqual(
    keys.filter((key) => /^oltr-(person|queue|outbox)/.test(key)),
    [],
  )
}
