// What a page says when it has nothing to show: what that means, and what to do next.

import type { ComponentChildren } from 'preact'

interface Props {
  readonly title: string
  readonly children?: ComponentChildren
}

export function EmptyState({ title, children }: Props) {
  return (
    <div class="empty">
      <svg width="72" height="48" viewBox="0 0 72 48" aria-hidden="true">
        <g class="empty-known">
          <circle cx="12" cy="34" r="5" />
          <circle cx="26" cy="40" r="4" />
          <circle cx="24" cy="26" r="3" />
        </g>
        <circle class="empty-open" cx="54" cy="16" r="9" />
      </svg>
      <h2>{title}</h2>
      <div class="empty-text">{children}</div>
    </div>
  )
}
