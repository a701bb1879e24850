// How many people see an image, how their answers become one, and how long a claim lasts.

import { useEffect, useState } from 'preact/hooks'
import type { Settings } from '../../src/api/schemas.ts'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'

const CONSENSUS: Record<Settings['consensus'], string> = {
  majority: 'Majority: most answers win',
  'dawid-skene': 'Dawid–Skene: reliable people count more',
}

export function SettingsForm({ settings }: { settings: Settings }) {
  const [form, setForm] = useState(settings)
  const key = JSON.stringify(settings)
  useEffect(() => setForm(settings), [key])
  const save = (event: Event) => {
    event.preventDefault()
    act(() => call('changeSettings', { body: form }), 'Settings kept.')
  }
  return (
    <form class="card stack" onSubmit={save}>
      <h2>How answers are gathered</h2>
      <div class="row wrap row-bottom">
        <label class="field">
          <span>People per image</span>
          <input
            type="number"
            class="short-field"
            data-testid="setting-overlap"
            min={1}
            max={20}
            value={form.overlap}
            onInput={(event) => setForm({ ...form, overlap: event.currentTarget.valueAsNumber })}
          />
        </label>
        <label class="field grow">
          <span>Their answers become one by</span>
          <select
            data-testid="setting-consensus"
            value={form.consensus}
            onChange={(event) =>
              setForm({ ...form, consensus: event.currentTarget.value as Settings['consensus'] })
            }
          >
            {(Object.keys(CONSENSUS) as Settings['consensus'][]).map((one) => (
              <option key={one} value={one}>
                {CONSENSUS[one]}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Minutes for a claimed image</span>
          <input
            type="number"
            class="short-field"
            data-testid="setting-lease"
            min={1}
            max={1440}
            value={form.leaseMinutes}
            onInput={(event) => setForm({ ...form, leaseMinutes: event.currentTarget.valueAsNumber })}
          />
        </label>
        <button type="submit" data-testid="settings-save" disabled={JSON.stringify(form) === key}>
          Keep
        </button>
      </div>
    </form>
  )
}
