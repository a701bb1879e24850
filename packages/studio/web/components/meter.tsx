// A share as a small bar. The browser's own <meter> cannot be given one look in all browsers.

interface Props {
  /** 0..1. */
  readonly value: number
  /** Without one the number stands beside it, and screen readers pass over the bar. */
  readonly label?: string
}

export function Meter({ value, label }: Props) {
  const bar = <span class="meter-bar" style={{ width: `${Math.max(0, Math.min(1, value)) * 100}%` }} />
  if (label === undefined) {
    return (
      <span class="meter" aria-hidden="true">
        {bar}
      </span>
    )
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    <span
      class="meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={value}
    >
      {bar}
    </span>
  )
}
