// Two versions side by side.

import { useState } from 'preact/hooks'
import type { ModelVersion } from '../../src/api/schemas.ts'
import { VersionMetrics } from './version-metrics.tsx'

export function VersionCompare({ versions }: { versions: readonly ModelVersion[] }) {
  const sorted = versions.toSorted((a, b) => a.version - b.version)
  const [from, setFrom] = useState(sorted.at(-2)?.version ?? 0)
  const [to, setTo] = useState(sorted.at(-1)?.version ?? 0)
  const find = (version: number) => sorted.find((one) => one.version === version)
  const then = find(from)
  const now = find(to)
  const chooser = (label: string, value: number, onChoose: (version: number) => void) => (
    <label class="inline-field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {sorted.map(({ version }) => (
          <option key={version} value={version}>
            version {version}
          </option>
        ))}
      </select>
    </label>
  )
  const more = now?.newClasses.filter((name) => !then?.newClasses.includes(name)) ?? []
  return (
    <section class="card">
      <div class="toolbar">
        <h2>Compare</h2>
        {chooser('From', from, setFrom)}
        {chooser('to', to, setTo)}
      </div>
      <VersionMetrics before={measured(then, sorted)} after={measured(now, sorted)} />
      {more.length > 0 && <p>Also knows {more.join(', ')}.</p>}
    </section>
  )
}

/** The first version was measured as the `before` of the one that came from it. */
function measured(version: ModelVersion | undefined, all: readonly ModelVersion[]): ModelVersion['after'] {
  if (version === undefined) return null
  return version.after ?? all.find(({ parent }) => parent === version.version)?.before ?? null
}
