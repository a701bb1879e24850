// Answers from a file that another tool, or this one, wrote.

import { useState } from 'preact/hooks'
import type { Format, Response } from '../../src/api/schemas.ts'
import { act } from '../state/act.ts'
import { sendFile } from '../state/api.ts'
import { FORMAT_NAMES, FORMATS_HERE } from './formats.ts'
import { counted } from './numbers.ts'

export function ImportForm() {
  const [format, setFormat] = useState<Format>('csv')
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Response<'importData'> | null>(null)

  const send = async (event: Event) => {
    event.preventDefault()
    if (file === null) return
    setBusy(true)
    setResult(null)
    await act(async () => setResult(await sendFile(format, file)))
    setBusy(false)
  }

  return (
    <form class="card stack" onSubmit={send}>
      <h2>Import</h2>
      <label class="field">
        <span>Written as</span>
        <select
          data-testid="import-format"
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value as Format)}
        >
          {FORMATS_HERE.map((one) => (
            <option key={one} value={one}>
              {FORMAT_NAMES[one]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>File</span>
        <input
          type="file"
          data-testid="import-file"
          required
          onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
        />
      </label>
      <button type="submit" data-testid="import" disabled={busy || file === null}>
        {busy ? 'Importing…' : 'Import'}
      </button>
      {result && (
        <div class="notice stack" role="status">
          <span>
            {counted(result.answers, 'answer')} taken in, {result.repeated} were here already,{' '}
            {counted(result.newClasses, 'new class', 'new classes')}.
          </span>
          {result.problems.length > 0 && (
            <ul>
              {result.problems.slice(0, 20).map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
              {result.problems.length > 20 && <li>and {result.problems.length - 20} more</li>}
            </ul>
          )}
        </div>
      )}
    </form>
  )
}
