// Asks for one name.

import { useState } from 'preact/hooks'
import { Dialog } from './dialog.tsx'

interface Props {
  readonly title: string
  readonly text?: string
  readonly start?: string
  readonly onName: (name: string) => void
  readonly onClose: () => void
}

export function NameDialog({ title, text, start = '', onName, onClose }: Props) {
  const [name, setName] = useState(start)
  const ready = name.trim() !== '' && name.trim() !== start
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) onName(name.trim())
        }}
      >
        {text !== undefined && <p class="quiet">{text}</p>}
        <label class="field">
          <span>Name</span>
          <input
            data-first
            data-testid="name-field"
            value={name}
            maxLength={128}
            autocomplete="off"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <div class="row row-end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="main-button" data-testid="name-confirm" disabled={!ready}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}
