// The studio end to end, in a real browser. One short training serves all: each test has a copy of its run.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { noBrowser } from './browser.fixture.ts'
import { closedLaptop } from './closed-laptop.ts'
import { hostileNames } from './hostile-names.ts'
import { nameAndLearn } from './name-and-learn.ts'
import { offline } from './offline.ts'
import { largeMap, pace } from './pace.ts'
import { temporaryFolder, trainShortly } from './studio.fixture.ts'

test('the studio in Chromium', { skip: noBrowser }, async (t) => {
  const trained = trainShortly(temporaryFolder(t))
  const scenario = (name: string, run: (t: TestContext, run: string) => Promise<void>) =>
    t.test(name, async (inside) => {
      const own = join(temporaryFolder(inside), 'run')
      cpSync(trained, own, { recursive: true })
      await run(inside, own)
    })
  await scenario(
    'two people name a round, disagree, settle it, join two spellings, and the model knows more',
    nameAndLearn,
  )
  await scenario('a hundred hostile names run no script', hostileNames)
  await scenario('answers given while the server is down arrive exactly once', offline)
  await t.test(
    'a laptop that was closed shows nobody else’s images, and what was said late counts',
    closedLaptop,
  )
  await scenario('the next image is there before anybody waits, with twenty people at work', pace)
  await scenario('a map and a grid of a hundred thousand images move fluently', largeMap)
})
