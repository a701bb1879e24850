// What a version gained, figure by figure: before, after, and the difference in points.

import type { ModelVersion } from '../../src/api/schemas.ts'
import { percentText, pointsText } from './numbers.ts'

const FIGURES = [
  { key: 'known', name: 'Known classes' },
  { key: 'new', name: 'New classes' },
  { key: 'many', name: 'Many-shot' },
  { key: 'medium', name: 'Medium-shot' },
  { key: 'few', name: 'Few-shot' },
] as const

/** Smaller differences are not worth a colour. */
const WORTH = 0.0005

type Metrics = ModelVersion['before']

export function VersionMetrics({ before, after }: { before: Metrics; after: Metrics }) {
  if (after === null) return <p class="quiet">Not measured.</p>
  return (
    <dl class="metrics">
      {FIGURES.map(({ key, name }) => {
        const now = after[key]
        const then = before?.[key] ?? null
        if (now === null && then === null) return null
        const gain = now !== null && then !== null ? now - then : null
        return (
          <div key={key} class="metric">
            <dt>{name}</dt>
            <dd>
              <strong>{percentText(now, 1)}</strong>
              {gain !== null && (
                <span class={gain > WORTH ? 'gain' : gain < -WORTH ? 'loss' : 'quiet'}>
                  {pointsText(gain)} <span class="quiet">from {percentText(then, 1)}</span>
                </span>
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
