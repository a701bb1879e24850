// Numbers and times as people read them.

const whole = new Intl.NumberFormat('en')

export function countText(value: number): string {
  return whole.format(value)
}

/** `1 image`, `12,000 images`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`
}

export function percentText(share: number | null, digits = 0): string {
  return share === null ? '–' : `${(share * 100).toFixed(digits)}%`
}

/** A difference of shares in points: `+3.1`. */
export function pointsText(difference: number): string {
  const points = (difference * 100).toFixed(1)
  return difference >= 0 ? `+${points}` : points.replace('-', '−')
}

export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

export function agoText(time: number, now = Date.now()): string {
  const seconds = (now - time) / 1000
  if (seconds < 60) return 'just now'
  if (seconds < 86_400) return `${durationText(seconds)} ago`
  return new Date(time).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' })
}
