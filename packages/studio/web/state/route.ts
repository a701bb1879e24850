// Which page is shown: the address's fragment, `#/classes/c-12`, as page and rest.

import { signal } from '@preact/signals'
import type { Role } from '../../src/api/paths.ts'

/** The pages, in the order of the navigation, and who may see each. */
export const PAGES = [
  { id: 'label', title: 'Label', role: 'annotator' },
  { id: 'explore', title: 'Explore', role: 'reviewer' },
  { id: 'review', title: 'Review', role: 'reviewer' },
  { id: 'classes', title: 'Classes', role: 'reviewer' },
  { id: 'model', title: 'Model', role: 'reviewer' },
  { id: 'data', title: 'Data', role: 'reviewer' },
  { id: 'people', title: 'People', role: 'owner' },
  { id: 'help', title: 'Help', role: 'annotator' },
] as const satisfies readonly { id: string; title: string; role: Role }[]

export type PageId = (typeof PAGES)[number]['id']

export interface Route {
  readonly page: PageId
  readonly rest: string
}

function readRoute(): Route {
  const [, page = '', ...rest] = location.hash.split('/')
  const known = PAGES.find(({ id }) => id === page)
  return { page: known?.id ?? 'label', rest: decodeURIComponent(rest.join('/')) }
}

export const route = signal<Route>(readRoute())

export function followAddress(): void {
  addEventListener('hashchange', () => {
    route.value = readRoute()
  })
  route.value = readRoute()
}

export function addressOfPage(page: PageId, rest = ''): string {
  return rest === '' ? `#/${page}` : `#/${page}/${encodeURIComponent(rest)}`
}

export function goTo(page: PageId, rest = ''): void {
  location.hash = addressOfPage(page, rest)
}
