// Accuracy bought by answers: one point a version.

import type { Response } from '../../src/api/schemas.ts'
import { countText, percentText } from './numbers.ts'

const WIDTH = 640
const HEIGHT = 260
const EDGE = { left: 52, right: 140, top: 16, bottom: 40 }
const LINES = [
  { key: 'known', name: 'Known classes', dash: '' },
  { key: 'new', name: 'New classes', dash: '6 4' },
] as const

export function GainsChart({ gains }: { gains: Response<'versions'>['gains'] }) {
  const most = Math.max(1, ...gains.map(({ answers }) => answers))
  const x = (answers: number) => EDGE.left + (answers / most) * (WIDTH - EDGE.left - EDGE.right)
  const y = (share: number) => HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom)
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Accuracy per answers spent">
      <title>Accuracy per answers spent</title>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="chart-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(share)} y2={y(share)} />
          <text class="chart-text" x={EDGE.left - 8} y={y(share) + 4} text-anchor="end">
            {percentText(share)}
          </text>
        </g>
      ))}
      {[0, most].map((answers) => (
        <text key={answers} class="chart-text" x={x(answers)} y={HEIGHT - 18} text-anchor="middle">
          {countText(answers)}
        </text>
      ))}
      <text class="chart-text" x={x(most / 2)} y={HEIGHT - 6} text-anchor="middle">
        answers
      </text>
      {LINES.map(({ key, name, dash }) => {
        const points = gains.flatMap((gain) => (gain[key] === null ? [] : [{ ...gain, share: gain[key] }]))
        const last = points.at(-1)
        if (last === undefined) return null
        return (
          <g key={key} class={`chart-${key}`}>
            <polyline
              points={points.map(({ answers, share }) => `${x(answers)},${y(share)}`).join(' ')}
              stroke-dasharray={dash}
            />
            {points.map(({ version, answers, share }) => (
              <circle key={version} cx={x(answers)} cy={y(share)} r="4">
                <title>{`Version ${version}: ${percentText(share, 1)} after ${countText(answers)} answers`}</title>
              </circle>
            ))}
            <text x={x(last.answers) + 10} y={y(last.share) + 4}>
              {name}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
