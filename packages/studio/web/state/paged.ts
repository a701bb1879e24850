// A long list of the server's, of which the pages that are looked at are asked for.

import { useSignal, useSignalEffect } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { Topic } from '../../src/api/schemas.ts'
import { messageOf } from './api.ts'
import { changesOf } from './live.ts'

const PAGE = 200

interface Page<Item> {
  readonly total: number
  readonly items: readonly Item[]
}

export interface Paged<Item> {
  /** null until the first page is here. */
  readonly total: number | null
  readonly problem: string | null
  readonly item: (index: number) => Item | undefined
  /** Asks for what is missing of these. */
  readonly need: (first: number, end: number) => void
  readonly reload: () => void
}

/** `key` says what is listed: another key is another list. */
export function usePaged<Item>(
  key: string,
  fetchPage: (offset: number, limit: number) => Promise<Page<Item>>,
  topics: readonly Topic[] = [],
): Paged<Item> {
  const pages = useSignal<ReadonlyMap<number, readonly Item[]>>(new Map())
  const total = useSignal<number | null>(null)
  const problem = useSignal<string | null>(null)
  const state = useRef({ list: 0, asked: new Set<number>(), range: [0, 1] as [number, number], fetchPage })
  state.current.fetchPage = fetchPage

  const askPage = useCallback(async (page: number) => {
    const { list, asked } = state.current
    if (asked.has(page)) return
    asked.add(page)
    try {
      const answer = await state.current.fetchPage(page * PAGE, PAGE)
      if (list !== state.current.list) return
      pages.value = new Map(pages.value).set(page, answer.items)
      total.value = answer.total
      problem.value = null
    } catch (error) {
      asked.delete(page)
      if (list === state.current.list) problem.value = messageOf(error)
    }
  }, [])

  const need = useCallback(
    (first: number, end: number) => {
      state.current.range = [first, end]
      for (let page = Math.floor(first / PAGE); page * PAGE < Math.max(end, 1); page += 1) askPage(page)
    },
    [askPage],
  )

  /** Asks again for what is in view; what was there stays until it comes. */
  const reload = useCallback(() => {
    state.current.list += 1
    state.current.asked = new Set()
    need(...state.current.range)
  }, [need])

  useEffect(() => {
    pages.value = new Map()
    total.value = null
    state.current.range = [0, 1]
    reload()
  }, [key])

  const seen = useRef<string | null>(null)
  useSignalEffect(() => {
    const now = changesOf(topics)
    if (seen.current !== null && seen.current !== now) reload()
    seen.current = now
  })

  const held = pages.value
  return {
    total: total.value,
    problem: problem.value,
    item: (index) => held.get(Math.floor(index / PAGE))?.[index % PAGE],
    need,
    reload,
  }
}
