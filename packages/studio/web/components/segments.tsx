// A few choices side by side, one of which holds.

import type { ComponentChildren } from 'preact'

interface Option<Value> {
  readonly value: Value
  readonly text: ComponentChildren
  readonly testId?: string
}

interface Props<Value> {
  readonly label: string
  readonly options: readonly Option<Value>[]
  readonly value: Value
  readonly onChoose: (value: Value) => void
}

export function Segments<Value extends string>({ label, options, value, onChoose }: Props<Value>) {
  return (
    <fieldset class="segments" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          data-testid={option.testId}
          aria-pressed={option.value === value}
          onClick={() => option.value !== value && onChoose(option.value)}
        >
          {option.text}
        </button>
      ))}
    </fieldset>
  )
}
