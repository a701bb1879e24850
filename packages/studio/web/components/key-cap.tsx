// The key that does a thing, as it is for this person.

import { type ActionName, codeOf, nameOfKey } from '../state/hotkeys.ts'

export function KeyCap({ action }: { action: ActionName }) {
  return (
    <span class="key" aria-hidden="true">
      {nameOfKey(codeOf(action))}
    </span>
  )
}
