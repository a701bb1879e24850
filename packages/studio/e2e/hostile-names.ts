// Stored cross-site scripting: hostile text wherever the studio keeps any, then every page is opened.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import sharp from 'sharp'
import { ask, comeIn, openBrowser } from './browser.fixture.ts'
import { imageBefore, PATIENCE } from './person.fixture.ts'
import { startStudio } from './studio.fixture.ts'

const HIT = 'window.hit=1'
const SHAPES = [
  `<script>${HIT}</script>`,
  `<img src=x onerror=${HIT}>`,
  `<svg onload=${HIT}>`,
  `<svg><script>${HIT}</script></svg>`,
  `<iframe srcdoc="<script>parent.${HIT}</script>">`,
  `<a href="javascript:${HIT}">x</a>`,
  `<body onload=${HIT}>`,
  `<details open ontoggle=${HIT}>`,
  `<input autofocus onfocus=${HIT}>`,
  `<math><mtext></mtext><img src onerror=${HIT}>`,
  `<style>@import 'javascript:${HIT}'</style>`,
  `<object data="javascript:${HIT}">`,
  `<embed src="javascript:${HIT}">`,
  `<base href="//x/">`,
  `<meta http-equiv=refresh content="0;url=javascript:${HIT}">`,
  `{{constructor.constructor('${HIT}')()}}`,
  `\${${HIT}}`,
  `javascript:${HIT}`,
  `data:text/html,<script>${HIT}</script>`,
  `__proto__`,
]
/** Ways out of where a page may put it. */
const WRAPPINGS = [
  (text: string) => text,
  (text: string) => `">${text}`,
  (text: string) => `'>${text}`,
  (text: string) => `</title></textarea></script>${text}`,
  (text: string) => `--> ]]> ${text}`,
]
export const PAYLOADS = WRAPPINGS.flatMap((wrapped) => SHAPES.map(wrapped))

export async function hostileNames(t: TestContext, run: string): Promise<void> {
  assert.equal(PAYLOADS.length, 100)
  // File names first: whatever a file system allows.
  const pool = join(run, 'hostile pool')
  mkdirSync(pool)
  for (const [at, payload] of PAYLOADS.entries()) {
    const name = Buffer.from(`${payload.replaceAll('/', '∕')}-${at}.png`)
    if (name.length > 250) continue
    const shade = { r: at, g: 255 - at, b: (at * 37) % 255 }
    writeFileSync(
      join(pool, name.toString()),
      await sharp({ create: { width: 32, height: 32, channels: 3, background: shade } })
        .png()
        .toBuffer(),
    )
  }
  const studio = await startStudio(t, run)
  const browser = await openBrowser(t)
  const page = await comeIn(browser, studio.link)
  page.setDefaultTimeout(PATIENCE)
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await ask(page, 'POST', '/api/jobs', { kind: 'explore', pool, budget: '60' })
  await page.getByTestId('task-image').waitFor()

  // Names, aliases, notes, comments, people, keys.
  const { tasks } = (await ask(page, 'POST', '/api/tasks/claim', { count: 60 })).body as {
    tasks: { id: string }[]
  }
  let kept = 0
  for (const [at, payload] of PAYLOADS.entries()) {
    const made = await ask(page, 'POST', '/api/classes', { uuid: uuid(), name: payload })
    await ask(page, 'POST', '/api/people', { name: payload, role: 'reviewer' })
    await ask(page, 'POST', '/api/me/hotkeys', { accept: payload })
    if (made.status !== 200) continue
    kept++
    const id = (made.body as { class: { id: string } }).class.id
    await ask(page, 'POST', `/api/classes/${id}/aliases`, { uuid: uuid(), name: `alias ${payload}` })
    const task = tasks[at % tasks.length]!.id
    const answer = { uuid: uuid(), task, verdict: { kind: 'class', class: id }, note: payload }
    assert.equal((await ask(page, 'POST', '/api/answers', { answers: [answer] })).status, 200)
    if (at % 10 === 0)
      await ask(page, 'POST', '/api/review/decide', {
        decision: 'send-back',
        uuid: uuid(),
        task,
        comment: payload,
      })
  }
  assert.ok(kept >= 80, `${kept} of 100 payloads are names that can be kept`)
  t.diagnostic(`${kept} payloads kept as class names, each with an alias, a note and a person of that name`)

  for (const name of ['label', 'explore', 'review', 'classes', 'model', 'data', 'people', 'help']) {
    await page.goto(`${studio.address}/#/${name}`)
    await page.reload()
    await page.getByTestId(`page-${name}`).waitFor()
    await page.waitForTimeout(700)
    assert.equal(await page.evaluate('window.hit ?? 0'), 0, `a script ran on the page ${name}`)
  }
  // The picker, the dialog of a new class, a class by itself.
  await page.goto(`${studio.address}/#/classes`)
  await page.getByTestId('classes-search').fill('script')
  await page.waitForTimeout(500)
  await page.goto(`${studio.address}/#/label`)
  if ((await imageBefore(page)) !== null) {
    await page.keyboard.press('KeyN')
    await page.getByTestId('new-class-name').fill('<script>')
    await page.getByTestId('near-class').first().waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('KeyW')
    await page.getByTestId('why-panel').waitFor()
  }
  assert.equal(await page.evaluate('window.hit ?? 0'), 0)
  assert.deepEqual(dialogs, [])
}

function uuid(): string {
  return crypto.randomUUID()
}
