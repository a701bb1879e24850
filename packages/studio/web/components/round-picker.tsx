// Chooses one of the project's rounds.

import { project } from '../state/project.ts'

interface Props {
  /** undefined: the newest. */
  readonly round: number | undefined
  readonly onRound: (round: number | undefined) => void
}

export function RoundPicker({ round, onRound }: Props) {
  const rounds = project.value?.rounds ?? []
  if (rounds.length < 2) return null
  return (
    <label class="inline-field">
      <span>Round</span>
      <select
        value={round ?? ''}
        onChange={(event) =>
          onRound(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))
        }
      >
        <option value="">newest</option>
        {rounds
          .toSorted((a, b) => b.round - a.round)
          .map((one) => (
            <option key={one.round} value={one.round}>
              {one.round}
            </option>
          ))}
      </select>
    </label>
  )
}
