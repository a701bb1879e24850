// All keys on one sheet, where each can be changed.

import { useState } from 'preact/hooks'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { ACTIONS, type ActionName, codeOf, nameOfKey, ownKeys } from '../state/hotkeys.ts'
import { Dialog } from './dialog.tsx'

const FIXED = [
  ['1 – 9', 'The guess or recent class of that number'],
  ['Ctrl Z', 'Take back'],
  ['Ctrl Shift Z', 'Give again'],
  ['Space', 'In a cluster: take an image out, or in again'],
  ['Shift + arrows', 'In a cluster: the same for all you pass'],
  ['?', 'This sheet'],
]

export function CheatSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose} wide>
      <KeyTable />
    </Dialog>
  )
}

export function KeyTable() {
  const [asking, setAsking] = useState<ActionName | null>(null)
  const groups = Map.groupBy(Object.keys(ACTIONS) as ActionName[], (action) => ACTIONS[action].group)

  const save = (keys: Record<string, string>) =>
    act(async () => {
      await call('setHotkeys', { body: keys })
      ownKeys.value = keys
    })

  const onKeyDown = (event: KeyboardEvent) => {
    if (asking === null || event.key === 'Tab') return
    event.preventDefault()
    event.stopPropagation()
    setAsking(null)
    if (event.key !== 'Escape' && /^[A-Za-z0-9]{1,24}$/.test(event.code) && !/^Digit/.test(event.code)) {
      save({ ...ownKeys.value, [asking]: event.code })
    }
  }

  return (
    <div class="key-groups">
      {[...groups].map(([group, actions]) => (
        <section key={group}>
          <h3>{group}</h3>
          <ul class="plain-list">
            {actions.map((action) => (
              <li key={action} class="key-row">
                <button
                  type="button"
                  class="key-button"
                  aria-label={`${ACTIONS[action].text}: ${nameOfKey(codeOf(action))}. Change`}
                  onClick={() => setAsking(action)}
                  onKeyDown={onKeyDown}
                  onBlur={() => setAsking(null)}
                >
                  {asking === action ? 'press…' : nameOfKey(codeOf(action))}
                </button>
                <span>{ACTIONS[action].text}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section>
        <h3>Always</h3>
        <ul class="plain-list">
          {FIXED.map(([key, text]) => (
            <li key={key} class="key-row">
              <kbd>{key}</kbd>
              <span>{text}</span>
            </li>
          ))}
        </ul>
      </section>
      <p class="quiet">
        Click a key to change it.{' '}
        {Object.keys(ownKeys.value).length > 0 && (
          <button type="button" class="link-button" onClick={() => save({})}>
            Back to the usual keys
          </button>
        )}
      </p>
    </div>
  )
}
