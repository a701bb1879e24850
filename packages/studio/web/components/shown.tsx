// What a route answered, or that it has not, or why it cannot.

import type { ComponentChildren } from 'preact'
import type { Resource } from '../state/resource.ts'

interface Props<Data> {
  readonly resource: Resource<Data>
  readonly children: (data: Data) => ComponentChildren
}

export function Shown<Data>({ resource, children }: Props<Data>) {
  const { data, problem, reload } = resource
  if (data !== undefined) return <>{children(data)}</>
  if (problem === null) {
    return (
      <p class="quiet waiting" role="status">
        Loading…
      </p>
    )
  }
  return (
    <div class="notice notice-bad" role="alert">
      <span>{problem}</span>
      <button type="button" onClick={reload}>
        Try again
      </button>
    </div>
  )
}
