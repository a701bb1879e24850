// How far something is.

interface Props {
  /** 0..1; null where nobody knows. */
  readonly value: number | null
  readonly label: string
}

export function ProgressBar({ value, label }: Props) {
  return <progress class="progress" max={1} aria-label={label} {...(value !== null && { value })} />
}
