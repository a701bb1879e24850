// What a page shows of one route: asked for when it opens, and again when one of its topics changes.

import { useSignal, useSignalEffect } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { RouteName } from '../../src/api/paths.ts'
import type { Response, Topic } from '../../src/api/schemas.ts'
import { call, type Input, messageOf } from './api.ts'
import { changesOf } from './live.ts'

export interface Resource<Data> {
  /** undefined until the first answer; an older answer stays while a newer one is on its way. */
  readonly data: Data | undefined
  readonly problem: string | null
  readonly loading: boolean
  readonly reload: () => void
}

/** `input` null: nothing is asked for yet. */
export function useResource<Name extends RouteName>(
  name: Name,
  input: Input<Name> | null,
  topics: readonly Topic[] = [],
): Resource<Response<Name>> {
  const data = useSignal<Response<Name> | undefined>(undefined)
  const problem = useSignal<string | null>(null)
  const loading = useSignal(input !== null)
  const latest = useRef(0)
  const key = JSON.stringify(input)

  const ask = useCallback(async () => {
    const mine = ++latest.current
    if (key === 'null') return
    loading.value = true
    try {
      const answer = await (call as (name: Name, input: unknown) => Promise<Response<Name>>)(
        name,
        JSON.parse(key),
      )
      if (mine !== latest.current) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine === latest.current) problem.value = messageOf(error)
    }
    if (mine === latest.current) loading.value = false
  }, [name, key])

  useEffect(() => {
    data.value = undefined
    ask()
    return () => {
      latest.current += 1
    }
  }, [ask])

  const seen = useRef<string | null>(null)
  const again = useRef(ask)
  again.current = ask
  useSignalEffect(() => {
    const now = changesOf(topics)
    if (seen.current !== null && seen.current !== now) again.current()
    seen.current = now
  })

  return { data: data.value, problem: problem.value, loading: loading.value, reload: ask }
}
