// Whether what one did is safe: saved, on its way, or kept here until the server is back.

import { useState } from 'preact/hooks'
import { unreachable } from '../state/api.ts'
import { discard, offline, refused, tryAgain, unsent } from '../state/outbox.ts'
import { Dialog } from './dialog.tsx'
import { counted } from './numbers.ts'

export function SaveState() {
  const [open, setOpen] = useState(false)
  const waiting = unsent.value
  const away = unreachable.value || (offline.value && waiting > 0)
  const state = away ? 'offline' : waiting > 0 ? 'saving' : 'saved'
  const text = {
    saved: 'Saved',
    saving: `Saving ${waiting}`,
    offline: waiting > 0 ? `Offline, ${waiting} kept here` : 'Offline',
  }[state]
  return (
    <>
      <span class={`save-state save-${state}`} data-testid="save-state" data-state={state} role="status">
        <span class="save-dot" aria-hidden="true" />
        {text}
      </span>
      {refused.value.length > 0 && (
        <button
          type="button"
          class="small-button bad-button"
          onClick={() => setOpen(true)}
          data-testid="refused"
        >
          {counted(refused.value.length, 'answer')} refused
        </button>
      )}
      {open && <RefusedDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function RefusedDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Answers that the server refused" onClose={onClose}>
      <p class="quiet">They are kept in this browser until you decide.</p>
      <ul class="plain-list">
        {refused.value.map((entry) => (
          <li key={entry.key} class="row">
            <span class="grow">{entry.refused?.message}</span>
            <button type="button" onClick={() => tryAgain(entry)}>
              Try again
            </button>
            <button type="button" class="plain-button" onClick={() => discard(entry)}>
              Give up
            </button>
          </li>
        ))}
        {refused.value.length === 0 && <li>None is left.</li>}
      </ul>
    </Dialog>
  )
}
