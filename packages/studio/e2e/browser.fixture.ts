// Chromium for the end-to-end tests: the system's own, driven by playwright-core.

import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** Why there is no browser; false where there is one. For the `skip` of a test. */
export const noBrowser: string | false = CHROMIUM ? false : 'no Chromium: apt-get install chromium'

export async function openBrowser(t: TestContext): Promise<Browser> {
  // A container's root may not use the sandbox; the pages here are our own.
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  })
  t.after(() => browser.close())
  return browser
}

/** Somebody with a browser of their own, who comes in by a link. */
export async function comeIn(
  browser: Browser,
  link: string,
  options: { phone?: boolean; dark?: boolean } = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    colorScheme: options.dark ? 'dark' : 'light',
    hasTouch: options.phone ?? false,
  })
  const page = await context.newPage()
  await page.goto(link)
  await page.getByTestId('nav-label').first().waitFor()
  return page
}

/** Keeps a picture of the page where STUDIO_SCREENSHOTS names a folder: for the documents. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.STUDIO_SCREENSHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  // What moves has arrived.
  await page.waitForTimeout(400)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** Asks the server as the page would, with its session. */
export async function ask(
  page: Page,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([how, where, what]) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(where!, { method: how, ...(what ? { headers, body: what } : {}) })
      return { status: response.status, body: await response.json() }
    },
    [method, path, body === undefined ? '' : JSON.stringify(body)],
  )
}
