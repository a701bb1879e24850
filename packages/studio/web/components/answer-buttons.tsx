// Answers that are not a class.

import type { StudioVerdict } from '../../src/api/schemas.ts'
import { KeyCap } from './key-cap.tsx'

export type PlainKind = Exclude<StudioVerdict['kind'], 'class'>

export const PLAIN_ANSWERS: readonly { kind: PlainKind; text: string }[] = [
  { kind: 'known', text: 'Known, not sure which' },
  { kind: 'unsure', text: 'Unsure' },
  { kind: 'not-an-object', text: 'Not an object' },
  { kind: 'several-objects', text: 'Several objects' },
  { kind: 'skip', text: 'Skip' },
]

/** A verdict as a person reads it. */
export function verdictText(verdict: StudioVerdict, className: string | null): string {
  if (verdict.kind === 'class') return className ?? 'a class that is gone'
  return PLAIN_ANSWERS.find(({ kind }) => kind === verdict.kind)?.text ?? verdict.kind
}

/** The second click of a double click is not for the image that has come meanwhile. */
export function AnswerButtons({ onAnswer }: { onAnswer: (kind: PlainKind) => void }) {
  return (
    <div class="answer-buttons">
      {PLAIN_ANSWERS.map(({ kind, text }) => (
        <button
          key={kind}
          type="button"
          data-testid={`answer-${kind}`}
          onMouseDown={(event) => event.preventDefault()}
          onClick={({ detail }) => detail < 2 && onAnswer(kind)}
        >
          <KeyCap action={kind} />
          {text}
        </button>
      ))}
    </div>
  )
}
