// The studio as a new user meets it, from the first screen to a model that knows more: in a real browser, by keyboard.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Response } from '../src/api/schemas.ts'
import { comeIn, openBrowser, picture } from './browser.fixture.ts'
import { imageBefore, nameIt, PATIENCE } from './person.fixture.ts'
import { startStudio, truthOf } from './studio.fixture.ts'

export async function nameAndLearn(t: TestContext, run: string): Promise<void> {
  const studio = await startStudio(t, run)
  const browser = await openBrowser(t)
  const owner = await comeIn(browser, studio.link)
  owner.setDefaultTimeout(PATIENCE)

  // The first screen explains itself and starts the work.
  await owner.getByTestId('start-samples').waitFor()
  await picture(owner, '1-first-screen')
  await owner.getByTestId('start-samples').click()
  assert.ok(await imageBefore(owner), 'images to name')
  await picture(owner, '2-label')

  // A second person is invited, and comes in by the link.
  await owner.getByTestId('nav-people').click()
  await owner.getByTestId('invite-name').fill('Bea')
  await owner.getByTestId('invite-create').click()
  const link = await owner.getByTestId('invite-link').inputValue()
  const bea = await comeIn(browser, link)
  bea.setDefaultTimeout(PATIENCE)
  await owner.getByTestId('nav-label').click()

  // Both name everything. Bea spells one new class in her own way, and is wrong now and then.
  const truth = await truthOf(run, 1)
  const fresh = [
    ...new Set([...truth.values()].filter(({ known }) => !known).map(({ className }) => className)),
  ]
  let misspelt: string | null = null
  let wrong = 0
  let named = 0
  for (let image = await imageBefore(owner); image !== null; image = await imageBefore(owner)) {
    const { className, known } = truth.get(image)!
    if (!known) misspelt ??= className
    await nameIt(owner, className)
    named++
  }
  assert.ok(named >= 40, `${named} images`)
  await picture(owner, '3-all-done')
  assert.ok(misspelt, 'a class that the model does not know')
  for (let image = await imageBefore(bea); image !== null; image = await imageBefore(bea)) {
    const { className } = truth.get(image)!
    if (wrong < 3 && className !== misspelt) {
      wrong++
      await bea.keyboard.press('KeyO')
      await bea.waitForTimeout(100)
      continue
    }
    if (named++ === 60) await picture(bea, '4-label-bea')
    await nameIt(bea, className === misspelt ? className.replaceAll('-', ' ') : className)
  }

  // What they disagree on waits for a reviewer.
  await owner.getByTestId('nav-review').click()
  await owner.getByTestId('review-item').first().waitFor()
  await picture(owner, '5-review')

  // The two spellings are one class.
  await owner.getByTestId('nav-classes').click()
  const suggestion = owner
    .getByTestId('suggestion')
    .filter({ hasText: misspelt.replaceAll('-', ' ') })
    .first()
  await suggestion.waitFor()
  await picture(owner, '6-classes')
  await suggestion.getByTestId('suggestion-merge').click()
  const confirm = owner.getByTestId('merge-confirm')
  await confirm
    .or(owner.getByTestId('class-change').filter({ hasText: 'became part of' }))
    .first()
    .waitFor()
  if ((await confirm.count()) > 0) await confirm.click()

  // The rest is settled by the reviewer, in favour of the owner's answer.
  await owner.getByTestId('nav-review').click()
  for (let left = 20; left > 0; left--) {
    await owner.waitForTimeout(600)
    const item = owner.getByTestId('review-item').first()
    if ((await item.count()) === 0) break
    const answers = await item.locator('[data-testid^=review-answer-]').allTextContents()
    const right = answers.findIndex((text) => !/not an object/i.test(text))
    await owner.keyboard.press(`Digit${right + 1}`)
  }
  assert.equal(await owner.getByTestId('review-item').count(), 0, 'nothing is left to settle')

  // The model takes it in.
  await owner.getByTestId('nav-model').click()
  await owner.getByTestId('update-model').click()
  await owner.getByTestId('version-row').nth(1).waitFor()
  await owner.getByTestId('recognised-item').first().waitFor()
  await picture(owner, '7-model')
  const recognised = (await owner.evaluate(async () =>
    (await fetch('/api/recognised?limit=1000')).json(),
  )) as Response<'recognise'>
  assert.equal(recognised.ready, true)
  const learned = recognised.images.filter(({ isNew }) => isNew)
  assert.ok(learned.length > 0, 'images of new classes are recognised')
  const right = learned.filter(({ image, now }) => truth.get(image)?.className === now)
  t.diagnostic(
    `${learned.length} images taken for new classes, ${right.length} rightly, of ${fresh.length} new classes`,
  )
  assert.ok(right.length > learned.length / 4, 'and not by chance: there are dozens of classes')

  // The other pages show what has happened.
  await owner.getByTestId('nav-explore').click()
  await owner.getByTestId('map-canvas').waitFor()
  await picture(owner, '8-explore')
  await owner.getByTestId('nav-data').click()
  await owner.getByTestId('long-tail').waitFor()
  await picture(owner, '9-data')
  const dark = await comeIn(browser, studio.link, { dark: true })
  await dark.getByTestId('nav-classes').click()
  await dark.getByTestId('page-classes').waitFor()
  await picture(dark, '10-dark')
}
