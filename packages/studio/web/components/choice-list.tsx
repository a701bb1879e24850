// The numbered classes beside an image or a cluster.

import type { Choice } from './choices.ts'
import type { ChosenClass } from './class-search.tsx'
import { Meter } from './meter.tsx'
import { percentText } from './numbers.ts'

interface Props {
  readonly choices: readonly Choice[]
  readonly onChoose: (chosen: ChosenClass) => void
}

export function ChoiceList({ choices, onChoose }: Props) {
  return (
    <ol class="choices" aria-label="Classes on keys 1 to 9">
      {choices.map((choice, index) => (
        <li key={choice.class}>
          <button
            type="button"
            class="choice"
            data-testid={`guess-${index + 1}`}
            // The focus stays where it is, so that Enter goes on to mean the first guess.
            onMouseDown={(event) => event.preventDefault()}
            // The second click of a double click is not for the image that has come meanwhile.
            onClick={({ detail }) => detail < 2 && onChoose(choice)}
          >
            <span class="key" aria-hidden="true">
              {index + 1}
            </span>
            <span class="choice-name">{choice.name}</span>
            {choice.confidence !== null && choice.confidence > 0 ? (
              <>
                <Meter value={choice.confidence} />
                <span class="quiet choice-share">{percentText(choice.confidence)}</span>
              </>
            ) : (
              <span class="quiet choice-share">{choice.confidence === null ? 'lately' : 'near'}</span>
            )}
          </button>
        </li>
      ))}
    </ol>
  )
}
